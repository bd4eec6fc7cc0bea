#pragma once
// What an expression throws, as text: "accepted" when it throws nothing.
#include <gtest/gtest.h>

#include <string>

#include "core/error.h"

namespace waybill::signing {

template <typename Body>
std::string refusal(Body&& body, ErrorCode expected = ErrorCode::InvalidInput) {
  try {
    (void)body();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), expected) << error.message();
    return error.message();
  }
  return "accepted";
}

}  // namespace waybill::signing
