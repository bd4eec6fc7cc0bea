#include "oci/registry_host.h"

#include <fmt/core.h>

#include "core/error.h"
#include "oci/session.h"

namespace waybill::oci {

void check_login(const std::string& registry, RegistryOptions options) {
  const std::unique_ptr<http::Client> client = http::make_client(options.http);
  Session session({registry, {}, {}, {}}, std::move(options), *client);
  const http::Response response = session.send({.url = "/v2/", .access = Access::Login});
  // Servers may answer 404 here and still work.
  if (response.status != 200 && response.status != 404) throw session.error(response, "accept the credentials");
}

std::vector<std::string> list_repositories(const std::string& registry, RegistryOptions options) {
  const std::unique_ptr<http::Client> client = http::make_client(options.http);
  Session session({registry, {}, {}, {}}, std::move(options), *client);
  if (auto names = session.list_names("/v2/_catalog?n=1000", "repositories", Access::Catalog)) {
    std::erase_if(*names, [](const std::string& name) { return !is_repository(name); });
    return std::move(*names);
  }
  throw Error(ErrorCode::NotFound, fmt::format("'{}' does not list its repositories", registry))
      .hint(fmt::format("name one: oci://{}/REPOSITORY", registry));
}

}  // namespace waybill::oci
