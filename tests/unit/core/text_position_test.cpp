#include "core/text_position.h"

#include <gtest/gtest.h>

namespace waybill {
namespace {

TEST(TextPosition, CountsLinesAndCharactersFromOne) {
  const auto expect = [](std::string_view text, std::size_t offset, std::uint32_t line, std::uint32_t column) {
    const TextPosition position = position_at(text, offset);
    EXPECT_EQ(position.line, line);
    EXPECT_EQ(position.column, column);
  };
  expect("", 0, 1, 1);
  expect("ab\ncd", 1, 1, 2);
  expect("ab\ncd", 2, 1, 3);
  expect("ab\ncd", 3, 2, 1);
  expect("ab\ncd", 99, 2, 3);
  expect("\xc3\xa4\xe2\x82\xac!", 5, 1, 3);
}

}  // namespace
}  // namespace waybill
