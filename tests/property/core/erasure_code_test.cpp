#include "core/erasure_code.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "core/error.h"

namespace waybill {
namespace {

using Block = std::vector<std::byte>;

std::vector<Block> random_blocks(std::size_t count, std::size_t size, std::mt19937& random) {
  std::vector<Block> blocks(count, Block(size));
  for (Block& block : blocks) {
    for (std::byte& byte : block) byte = static_cast<std::byte>(random());
  }
  return blocks;
}

std::vector<Bytes> views(const std::vector<Block>& blocks) { return {blocks.begin(), blocks.end()}; }
std::vector<std::span<std::byte>> room(std::vector<Block>& blocks) { return {blocks.begin(), blocks.end()}; }

// Data and parity.
std::vector<Block> coded(const ErasureCode& code, std::vector<Block> data) {
  std::vector<Block> parity(code.parity(), Block(data.front().size()));
  code.encoder().apply(views(data), room(parity));
  data.insert(data.end(), parity.begin(), parity.end());
  return data;
}

// What the decoder makes of the data blocks among `lost`, from the first survivors.
void expect_recovered(const ErasureCode& code, const std::vector<Block>& all, const std::vector<std::size_t>& lost) {
  std::vector<std::size_t> survivors;
  for (std::size_t i = 0; i < all.size() && survivors.size() < code.data(); ++i) {
    if (std::find(lost.begin(), lost.end(), i) == lost.end()) survivors.push_back(i);
  }
  std::vector<std::size_t> wanted;
  std::copy_if(lost.begin(), lost.end(), std::back_inserter(wanted), [&](std::size_t i) { return i < code.data(); });
  std::vector<Block> left;
  left.reserve(survivors.size());
  for (const std::size_t i : survivors) left.push_back(all[i]);
  std::vector<Block> made(wanted.size(), Block(all.front().size()));
  code.decoder(survivors, wanted).apply(views(left), room(made));
  for (std::size_t i = 0; i < wanted.size(); ++i) ASSERT_EQ(made[i], all[wanted[i]]) << "block " << wanted[i];
}

TEST(ErasureCode, EverySubsetOfUpToTheParityIsRecovered) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): a failure must be repeatable
  for (const auto& [data, parity] : {std::pair(1U, 3U), std::pair(4U, 1U), std::pair(6U, 3U), std::pair(5U, 5U)}) {
    const ErasureCode code(data, parity);
    const std::vector<Block> all = coded(code, random_blocks(data, 100, random));
    for (unsigned chosen = 0; chosen < 1U << (data + parity); ++chosen) {
      std::vector<std::size_t> lost;
      for (unsigned i = 0; i < data + parity; ++i) {
        if ((chosen >> i & 1U) != 0) lost.push_back(i);
      }
      if (lost.size() <= parity) expect_recovered(code, all, lost);
    }
  }
}

RC_GTEST_PROP(ErasureCode, AnySubsetUpToTheParityIsRecoveredAtAnySize, ()) {
  const auto data = *rc::gen::inRange<std::size_t>(1, 200);
  const auto parity = *rc::gen::inRange<std::size_t>(1, std::min<std::size_t>(56, 256 - data));
  const auto size = *rc::gen::inRange<std::size_t>(1, 300);
  std::mt19937 random(*rc::gen::arbitrary<unsigned>());
  const ErasureCode code(data, parity);
  const std::vector<Block> all = coded(code, random_blocks(data, size, random));
  std::vector<std::size_t> order(data + parity);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  order.resize(*rc::gen::inRange<std::size_t>(0, parity + 1));
  std::sort(order.begin(), order.end());
  expect_recovered(code, all, order);
}

TEST(ErasureCode, HasAtMost255Blocks) {
  EXPECT_NO_THROW(ErasureCode(254, 1));
  EXPECT_NO_THROW(ErasureCode(1, 254));
  for (const auto& [data, parity] : {std::pair(0U, 1U), std::pair(255U, 1U), std::pair(1U, 255U), std::pair(300U, 0U)})
    EXPECT_THROW(ErasureCode(data, parity), Error) << data << "+" << parity;
}

TEST(ErasureCode, TooFewSurvivorsAreNoSurprise) {
  const ErasureCode code(3, 2);
  const std::vector<std::size_t> two{0, 4};
  const std::vector<std::size_t> twice{0, 4, 4};
  const std::vector<std::size_t> lost{1};
  EXPECT_THROW(static_cast<void>(code.decoder(two, lost)), Error);
  EXPECT_THROW(static_cast<void>(code.decoder(twice, lost)), Error);
}

}  // namespace
}  // namespace waybill
