#include "app/workflow/list_tags.h"

#include <fmt/core.h>

#include "app/workflow/registry_name.h"
#include "core/error.h"
#include "oci/reference.h"
#include "oci/registry_host.h"

namespace waybill {

Listing list_tags(const ListRequest& request, const Services& services) {
  if (const auto registry = bare_registry(request.target)) {
    return {request.target, true,
            oci::list_repositories(*registry, registry_options(*registry, request.connection, services))};
  }
  const oci::Target target = oci::parse_target(request.target);
  if (oci::tag_of(target) || oci::digest_of(target)) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' names one artifact, and all tags are listed", request.target))
        .hint("leave the tag out; 'waybill inspect' shows one artifact");
  }
  const std::unique_ptr<oci::StoreReader> store = open_source(target, request.connection, services);
  Listing listing{request.target, false, store->list_tags()};
  if (listing.names.empty() && std::holds_alternative<oci::RegistryTarget>(target))
    throw Error(ErrorCode::NotFound, fmt::format("'{}' has no tags, or is not there", store->name()));
  if (!request.all) std::erase_if(listing.names, [](const std::string& name) { return oci::is_digest_tag(name); });
  return listing;
}

Value to_value(const Listing& listing) {
  Value names = Value::list();
  for (const std::string& name : listing.names) names.push_back(name);
  return Value::map({{"target", listing.target}, {listing.repositories ? "repositories" : "tags", std::move(names)}});
}

}  // namespace waybill
