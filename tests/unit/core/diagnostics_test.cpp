#include "core/diagnostics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace waybill {
namespace {

TEST(Diagnostics, WritesOneLineEach) {
  EXPECT_EQ(to_string(Diagnostic{
                Severity::Error, {"f.yaml", 3, 1}, "unknown field 'x'", "did you mean 'y'?", "unknown-field"}),
            "f.yaml:3:1: error: unknown field 'x' (did you mean 'y'?) [unknown-field]");
  EXPECT_EQ(to_string(Diagnostic{Severity::Warning, {}, "odd", "", ""}), "warning: odd");
}

TEST(Diagnostics, WarningsDoNotStop) {
  Diagnostics diagnostics;
  diagnostics.warning({"f", 1, 1}, "r", "odd");
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_NO_THROW(diagnostics.throw_if_errors());
}

TEST(Diagnostics, ThrowsAllErrorsAtOnce) {
  Diagnostics diagnostics;
  diagnostics.warning({"f", 1, 1}, "r", "odd");
  for (std::uint32_t line = 2; line < 32; ++line) diagnostics.error({"f", line, 1}, "r", "bad", "hint");
  try {
    diagnostics.throw_if_errors();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    EXPECT_EQ(to_string(*error.location()), "f:2:1");
    EXPECT_EQ(error.hint(), "hint");
    EXPECT_TRUE(error.message().starts_with("bad\nf:3:1: error: bad (hint) [r]\n"));
    EXPECT_TRUE(error.message().ends_with("\nf:21:1: error: bad (hint) [r]\nand 10 more"));
    EXPECT_EQ(std::count(error.message().begin(), error.message().end(), '\n'), 20);
  }
}

}  // namespace
}  // namespace waybill
