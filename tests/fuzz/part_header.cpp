// What a carried file says of itself: what is read is what would be written, and never promises more than it has.
#include "core/error.h"
#include "oci/part.h"
#include "tests/fuzz/support.h"

namespace waybill::oci {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::as_text(data, size);
  std::string head(kPartHead, '\0');
  head.replace(512, std::min<std::size_t>(bytes.size(), 512), bytes.substr(0, 512));
  const std::optional<PartDescription> part = find_description(head);
  try {
    const PartDescription parsed = parse_description(bytes);
    fuzz::require(write_description(parsed) == bytes, "what is read is what would be written");
    fuzz::require(part == parsed, "a description is found in the front of its file");
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::InvalidInput, "bad input is reported as such");
  }
  if (!part) return 0;
  fuzz::require(part->set.data >= 1 && part->body_size() != 0 && part->body_size() <= part->set.archive,
                "a part is part of it");
  const std::string front = part_front(*part);
  fuzz::require(looks_like_part(front) && find_description(front) == part, "a front names its part");
  if (part->blocks() > 1000) return 0;
  const std::vector<Digest> blocks(part->blocks(), sha256("block"));
  std::string back = part_back(*part, blocks);
  fuzz::require(back.size() == part_back_size(*part), "the size of what is behind is known");
  fuzz::require(find_hashes(*part, back) == blocks, "the hashes are found again");
  // What follows the description stands for what came of them on the way.
  const std::string_view rest = bytes.substr(std::min<std::size_t>(bytes.size(), write_description(*part).size()));
  if (rest.empty()) return 0;
  back.replace(512, std::min(rest.size(), back.size() - 512), rest.substr(0, back.size() - 512));
  const auto found = find_hashes(*part, back);
  fuzz::require(!found || part_back(*part, *found).substr(512, (blocks.size() + 1) * 65) ==
                              back.substr(512, (blocks.size() + 1) * 65),
                "hashes that are believed are those that would be written");
  return 0;
}

}  // namespace waybill::oci
