#include "signing/merkle.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kLeaf("\x00", 1);
constexpr std::string_view kNode("\x01", 1);

Digest node(const Digest& left, const Digest& right) {
  Sha256 hash;
  hash.update(kNode);
  hash.update(left.raw());
  hash.update(right.raw());
  return hash.finish();
}

}  // namespace

Digest merkle_leaf(std::string_view entry) {
  Sha256 hash;
  hash.update(kLeaf);
  hash.update(entry);
  return hash.finish();
}

bool proves_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size, std::span<const Digest> path,
                      const Digest& root) {
  if (index >= size) return false;
  std::uint64_t position = index;
  std::uint64_t last = size - 1;
  Digest hash = leaf;
  for (const Digest& sibling : path) {
    if (last == 0) return false;
    if (position % 2 == 1 || position == last) {
      hash = node(sibling, hash);
      while (position % 2 == 0 && position != 0) {
        position /= 2;
        last /= 2;
      }
    } else {
      hash = node(hash, sibling);
    }
    position /= 2;
    last /= 2;
  }
  return last == 0 && hash == root;
}

}  // namespace waybill::signing
