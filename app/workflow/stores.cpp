#include "app/workflow/stores.h"

#include <fmt/core.h>

#include "app/workflow/version.h"
#include "core/error.h"
#include "oci/layout.h"
#include "oci/registry.h"

namespace waybill {

std::unique_ptr<oci::Store> open_store(const oci::Target& target, StoreUse use, const ConnectionOptions& options,
                                       const Services& services) {
  if (const auto* registry = std::get_if<oci::RegistryTarget>(&target)) {
    oci::RegistryOptions settings;
    settings.plain_http = options.plain_http ? oci::PlainHttp::Yes : oci::PlainHttp::LoopbackOnly;
    settings.http.tls.ca_file = options.ca_file;
    settings.http.tls.verify = !options.insecure_tls;
    settings.http.user_agent = fmt::format("waybill/{}", program_version());
    settings.reporter = &services.reporter;
    if (options.insecure_tls)
      services.reporter.warning(fmt::format("the certificate of {} is not verified", registry->reference.registry));
    return std::make_unique<oci::Registry>(registry->reference, std::move(settings));
  }
  if (const auto* layout = std::get_if<oci::LayoutTarget>(&target)) {
    return use == StoreUse::Write ? oci::Layout::open_or_create(layout->folder) : oci::Layout::open(layout->folder);
  }
  throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is neither a registry nor a layout", oci::to_string(target)))
      .hint("write oci://HOST/REPOSITORY:TAG or oci-layout:FOLDER:TAG");
}

}  // namespace waybill
