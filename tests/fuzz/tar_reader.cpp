// The tar reader, plain and compressed, against the writer: whatever it takes can be written and read back as the same
// tree.
#include "core/archive.h"
#include "core/error.h"
#include "tests/fuzz/support.h"

namespace waybill {
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const TarLimits limits{.entries = 100, .bytes = 1 << 18};
  FileTree tree;
  try {
    SpanSource source(fuzz::as_text(data, size));
    tree = read_tar(source, limits);
  } catch (const Error& error) {
    fuzz::require(error.code() == ErrorCode::InvalidInput, "bad input is reported as such");
    return 0;
  }
  StringSink sink;
  write_tar(tree, sink);
  SpanSource again(std::string_view(sink.text()));
  fuzz::require(read_tar(again) == tree, "what was read can be written and read again");
  return 0;
}
}  // namespace waybill
