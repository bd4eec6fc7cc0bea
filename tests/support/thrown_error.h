#pragma once

#include "core/error.h"

namespace waybill::testing {

// What calling `body` throws; an Internal error that says so when it throws nothing.
template <typename Body>
[[nodiscard]] Error error_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  return {ErrorCode::Internal, "nothing was thrown"};
}

}  // namespace waybill::testing
