#pragma once
// What goes over the wire, for whoever looks for a fault: each request and its answer as one line (Level::Debug), and
// the headers of both (Level::Trace). Nothing that may hold a secret is told: of addresses no query, of headers only
// those that are known to carry none. Part of Session.
#include <chrono>

#include "core/error.h"
#include "core/http/client.h"
#include "core/reporter.h"

namespace waybill::oci {

void tell_answer(Reporter& reporter, const http::Request& request, const http::Response& response,
                 std::chrono::milliseconds took);
void tell_failure(Reporter& reporter, const http::Request& request, const Error& failure,
                  std::chrono::milliseconds took);

}  // namespace waybill::oci
