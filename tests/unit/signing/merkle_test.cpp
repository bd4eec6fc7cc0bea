#include "signing/merkle.h"

#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <vector>

namespace waybill::signing {
namespace {

// The trees and proofs of RFC 6962, section 2.1, by their definition: slow and plain.
Digest root_of(std::span<const std::string> leaves) {
  if (leaves.size() == 1) return merkle_leaf(leaves[0]);
  const std::size_t split = std::bit_floor(leaves.size() - 1);
  Sha256 hash;
  hash.update("\x01");
  hash.update(root_of(leaves.first(split)).raw());
  hash.update(root_of(leaves.subspan(split)).raw());
  return hash.finish();
}

std::vector<Digest> path_to(std::size_t index, std::span<const std::string> leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t split = std::bit_floor(leaves.size() - 1);
  const bool left = index < split;
  std::vector<Digest> path = left ? path_to(index, leaves.first(split)) : path_to(index - split, leaves.subspan(split));
  path.push_back(root_of(left ? leaves.subspan(split) : leaves.first(split)));
  return path;
}

std::vector<std::string> leaves(std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back("leaf " + std::to_string(i));
  return all;
}

TEST(Merkle, HashesALeafAsOthersDo) {
  // The hash of the empty leaf in RFC 6962's reference tests.
  EXPECT_EQ(merkle_leaf("").hex(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST(Merkle, ProvesEveryLeafOfEverySmallTreeAndNoOther) {
  for (std::size_t size = 1; size <= 20; ++size) {
    const std::vector<std::string> all = leaves(size);
    const Digest root = root_of(all);
    for (std::size_t index = 0; index < size; ++index) {
      const std::vector<Digest> path = path_to(index, all);
      EXPECT_TRUE(proves_inclusion(merkle_leaf(all[index]), index, size, path, root)) << index << " of " << size;
      EXPECT_FALSE(proves_inclusion(merkle_leaf("other"), index, size, path, root));
      EXPECT_FALSE(proves_inclusion(merkle_leaf(all[index]), index, size, path, merkle_leaf("other")));
      EXPECT_FALSE(proves_inclusion(merkle_leaf(all[index]), size, size, path, root));
      if (size > 1) {
        EXPECT_FALSE(proves_inclusion(merkle_leaf(all[index]), (index + 1) % size, size, path, root));
      }
    }
  }
}

TEST(Merkle, LetsNoChangedPathPass) {
  for (std::size_t size = 2; size <= 20; ++size) {
    const std::vector<std::string> all = leaves(size);
    const Digest root = root_of(all);
    for (std::size_t index = 0; index < size; ++index) {
      const Digest leaf = merkle_leaf(all[index]);
      const std::vector<Digest> path = path_to(index, all);
      std::vector<Digest> longer = path;
      longer.push_back(path.front());
      EXPECT_FALSE(proves_inclusion(leaf, index, size, longer, root));
      EXPECT_FALSE(proves_inclusion(leaf, index, size, std::span(path).first(path.size() - 1), root));
      for (std::size_t step = 0; step < path.size(); ++step) {
        std::vector<Digest> changed = path;
        changed[step] = sha256("changed");
        EXPECT_FALSE(proves_inclusion(leaf, index, size, changed, root));
      }
    }
  }
}

}  // namespace
}  // namespace waybill::signing
