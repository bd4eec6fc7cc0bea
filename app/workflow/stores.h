#pragma once
// Opens the stores that targets name.
#include <memory>
#include <string>

#include "app/workflow/services.h"
#include "oci/registry.h"
#include "oci/store.h"
#include "oci/target.h"

namespace waybill {

// How registries are spoken to, as the user said.
struct ConnectionOptions {
  bool plain_http = false;  // also to hosts that are not this machine
  bool insecure_tls = false;
  std::string ca_file;
};

// The same for the room below. Warns when TLS is not verified.
[[nodiscard]] oci::RegistryOptions registry_options(const std::string& registry, const ConnectionOptions& options,
                                                    const Services& services);

// To read only: a registry, a layout, an archive of either kind. Throws InvalidInput for a path, NotFound for a file or
// folder that is not there.
[[nodiscard]] std::unique_ptr<oci::StoreReader> open_source(const oci::Target& target, const ConnectionOptions& options,
                                                            const Services& services);

enum class MissingLayout : bool { Refuse, Make };

// To change: a registry or a layout. Throws InvalidInput for every other target; archives are only written whole
// (app/workflow/copy.h).
[[nodiscard]] std::unique_ptr<oci::Store> open_store(const oci::Target& target, MissingLayout missing,
                                                     const ConnectionOptions& options, const Services& services);

}  // namespace waybill
