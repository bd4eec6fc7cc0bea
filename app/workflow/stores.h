#pragma once
// Opens the stores that targets name.
#include <memory>
#include <string>

#include "app/workflow/services.h"
#include "oci/store.h"
#include "oci/target.h"

namespace waybill {

// How registries are spoken to, as the user said.
struct ConnectionOptions {
  bool plain_http = false;  // also to hosts that are not this machine
  bool insecure_tls = false;
  std::string ca_file;
};

enum class StoreUse : std::uint8_t { Read, Write };  // Write makes a layout that is missing

// Throws InvalidInput for a target that is no store (a path, an archive), NotFound for a layout that is not there.
// Warns when TLS is not verified.
[[nodiscard]] std::unique_ptr<oci::Store> open_store(const oci::Target& target, StoreUse use,
                                                     const ConnectionOptions& options, const Services& services);

}  // namespace waybill
