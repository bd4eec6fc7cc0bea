#include "core/dynamic_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace waybill {
namespace {

TEST(DynamicLibrary, FindsFunctions) {
  const DynamicLibrary library("libm.so.6");
  const auto cube_root = library.function<double(double)>("cbrt");
  EXPECT_DOUBLE_EQ(cube_root(27.0), 3.0);
}

TEST(DynamicLibrary, SaysWhatIsMissing) {
  try {
    const DynamicLibrary library("libwaybill-none.so.1");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Unavailable);
    EXPECT_THAT(error.message(), ::testing::HasSubstr("libwaybill-none.so.1"));
  }
  const DynamicLibrary library("libm.so.6");
  EXPECT_THROW(static_cast<void>(library.function<void()>("waybill_none")), Error);
}

}  // namespace
}  // namespace waybill
