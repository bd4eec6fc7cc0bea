#include "git/failure.h"

#include <git2/errors.h>
#include <gtest/gtest.h>

namespace waybill::git {
namespace {

TEST(Failure, WordsAndNumbersDecideTheCode) {
  const auto code = [](int number, int category, const char* text) {
    return classify_failure({.code = number, .category = category, .message = text}, "x").code();
  };
  EXPECT_EQ(code(GIT_EAUTH, GIT_ERROR_HTTP, "too many"), ErrorCode::Denied);
  EXPECT_EQ(code(GIT_ECERTIFICATE, GIT_ERROR_SSL, "user cancelled"), ErrorCode::Untrusted);
  EXPECT_EQ(code(GIT_EOWNER, GIT_ERROR_CONFIG, "not owned"), ErrorCode::Denied);
  EXPECT_EQ(code(-1, GIT_ERROR_HTTP, "unexpected http status code: 404"), ErrorCode::NotFound);
  EXPECT_EQ(code(-1, GIT_ERROR_HTTP, "unexpected http status code: 503"), ErrorCode::Unavailable);
  EXPECT_EQ(code(-1, GIT_ERROR_NET, "remote error: access denied or repository not exported: /x"), ErrorCode::NotFound);
  EXPECT_EQ(code(-1, GIT_ERROR_OS, "failed to connect to host"), ErrorCode::Unavailable);
  EXPECT_EQ(code(-1, GIT_ERROR_ODB, "strange"), ErrorCode::Unclassified);
}

TEST(Failure, ForeignWordsBecomeOneHarmlessLine) {
  EXPECT_EQ(clean_line("  a\r\n\x1b[31mb\t c \n"), "a [31mb c");
  EXPECT_EQ(clean_line("a\xff"), "a?");
  EXPECT_LE(clean_line(std::string(5000, 'x')).size(), 2000U);
}

}  // namespace
}  // namespace waybill::git
