#include "core/rel_path.h"

#include <gtest/gtest.h>

#include <string>

#include "core/error.h"

namespace waybill {
namespace {

TEST(RelPath, AcceptsCleanPaths) {
  for (const char* text : {"a", "apps/files/gpu-operator.yaml", ".hidden", "a b", "...", "ä/ö", "-x"})
    EXPECT_EQ(RelPath::parse(text).text(), text);
  EXPECT_TRUE(RelPath::try_parse(std::string(255, 'a') + "/" + std::string(255, 'b')).has_value());
}

TEST(RelPath, RefusesInsteadOfRepairing) {
  for (const std::string& text :
       {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"), std::string("."), std::string("./a"),
        std::string("a/."), std::string(".."), std::string("a/../b"), std::string("a\\b"), std::string("a\nb"),
        std::string("a\x7f"), std::string("a\0b", 3), std::string("\xff"), std::string(256, 'a'),
        std::string(1025, 'a')}) {
    EXPECT_FALSE(RelPath::try_parse(text).has_value()) << text;
    EXPECT_THROW(static_cast<void>(RelPath::parse(text)), Error) << text;
  }
}

TEST(RelPath, TakesApartAndJoins) {
  const RelPath path = RelPath::parse("a/b/c.yaml");
  EXPECT_EQ(path.file_name(), "c.yaml");
  EXPECT_EQ(path.parent(), "a/b");
  EXPECT_EQ(RelPath::parse("top").parent(), "");
  EXPECT_EQ(RelPath::parse("a") / "b/c.yaml", path);
  EXPECT_THROW(static_cast<void>(path / ".."), Error);
  EXPECT_TRUE(path.is_within(RelPath::parse("a/b")));
  EXPECT_TRUE(path.is_within(path));
  EXPECT_FALSE(RelPath::parse("ab").is_within(RelPath::parse("a")));
  EXPECT_FALSE(RelPath::parse("a").is_within(path));
}

}  // namespace
}  // namespace waybill
