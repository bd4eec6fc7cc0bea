#include "core/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>

namespace waybill {
namespace {

TEST(Error, CarriesWhatIsKnown) {
  const Error error = Error(ErrorCode::NotFound, "no overlay named 'x'").hint("see the list").at({"f.yaml", 3, 4});
  EXPECT_EQ(error.code(), ErrorCode::NotFound);
  EXPECT_STREQ(error.what(), "no overlay named 'x'");
  EXPECT_EQ(error.hint(), "see the list");
  EXPECT_EQ(to_string(*error.location()), "f.yaml:3:4");
}

TEST(Error, CollectsContextFromTheInside) {
  try {
    with_context([] { return "outer"; },
                 [] { with_context([] { return "inner"; }, [] { throw Error(ErrorCode::Denied, "no"); }); });
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.context(), (std::vector<std::string>{"inner", "outer"}));
    EXPECT_EQ(error.code(), ErrorCode::Denied);
  }
  EXPECT_EQ(with_context([]() -> std::string { throw std::logic_error("made without need"); }, [] { return 5; }), 5);
}

TEST(Error, LocationLeavesOutWhatIsUnknown) {
  EXPECT_EQ(to_string(SourceLocation{}), "");
  EXPECT_EQ(to_string(SourceLocation{"f", 0, 0}), "f");
  EXPECT_EQ(to_string(SourceLocation{"f", 2, 0}), "f:2");
}

TEST(Error, TranslatesSystemErrors) {
  EXPECT_EQ(system_error(ENOSPC, "cannot write").code(), ErrorCode::NoSpace);
  EXPECT_EQ(system_error(EDQUOT, "cannot write").code(), ErrorCode::NoSpace);
  EXPECT_EQ(system_error(ENOENT, "cannot write").code(), ErrorCode::NotFound);
  EXPECT_EQ(system_error(EACCES, "cannot write").code(), ErrorCode::Denied);
  EXPECT_EQ(system_error(EISDIR, "cannot write").code(), ErrorCode::InvalidInput);
  EXPECT_EQ(system_error(EIO, "cannot write").code(), ErrorCode::Unclassified);
  EXPECT_EQ(system_error(EIO, "cannot write", ErrorCode::Unavailable).code(), ErrorCode::Unavailable);
  EXPECT_NE(system_error(EIO, "cannot write").hint(), "") << "of a medium that may be gone";
  EXPECT_EQ(system_error(EFBIG, "cannot write").code(), ErrorCode::NoSpace);
  EXPECT_NE(system_error(EFBIG, "cannot write").hint(), "") << "of what allows no larger file";
  EXPECT_EQ(system_error(EACCES, "cannot write").hint(), "");
  errno = ENOENT;
  EXPECT_EQ(system_error("cannot open 'x'").message(), "cannot open 'x': No such file or directory");
}

TEST(Error, EveryCodeHasItsRow) {
  EXPECT_EQ(describe(ErrorCode::InvalidInput).exit_status, 2);
  EXPECT_EQ(describe(ErrorCode::Untrusted).name, "untrusted");
  EXPECT_EQ(describe(ErrorCode::RateLimited).http_status, 429);
  EXPECT_EQ(describe(ErrorCode::Interrupted).exit_status, 130);
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::Interrupted); ++code) {
    const ErrorCodeInfo& info = describe(static_cast<ErrorCode>(code));
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_NE(info.exit_status, 0) << info.name;
    EXPECT_GE(info.http_status, 400) << info.name;
  }
}

}  // namespace
}  // namespace waybill
