#include "app/workflow/stores.h"

#include <fmt/core.h>

#include "app/workflow/version.h"
#include "core/error.h"
#include "oci/certificate_folders.h"
#include "oci/docker_archive.h"
#include "oci/layout.h"
#include "oci/oci_archive.h"

namespace waybill {

namespace {

// Without a home nothing is remembered: then an upload that is cut off begins anew.
std::filesystem::path upload_folder(const Services& services) {
  try {
    return std::filesystem::path(services.cache_folder()) / "uploads";
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

oci::RegistryOptions registry_options(const std::string& registry, const ConnectionOptions& options,
                                      const Services& services) {
  oci::RegistryOptions settings;
  settings.plain_http = options.plain_http ? oci::PlainHttp::Yes : oci::PlainHttp::LoopbackOnly;
  if (!options.ca_file.empty()) settings.http.tls.ca_files.push_back(options.ca_file);
  oci::add_certificates(registry, oci::certificate_folders(settings.environment), settings.http.tls);
  settings.http.tls.verify = !options.insecure_tls;
  settings.http.user_agent = fmt::format("waybill/{}", program_version());
  settings.reporter = &services.reporter;
  settings.upload_folder = upload_folder(services);
  if (options.insecure_tls) services.reporter.warning(fmt::format("the certificate of {} is not verified", registry));
  return settings;
}

std::unique_ptr<oci::StoreReader> open_source(const oci::Target& target, const ConnectionOptions& options,
                                              const Services& services) {
  if (const auto* archive = std::get_if<oci::ArchiveTarget>(&target)) return oci::OciArchive::open(archive->file);
  if (const auto* docker = std::get_if<oci::DockerArchiveTarget>(&target))
    return oci::DockerArchive::open(docker->file);
  if (std::holds_alternative<oci::PathTarget>(target)) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is a path, and an artifact was expected", oci::to_string(target)))
        .hint("write oci://HOST/REPOSITORY:TAG, oci-layout:FOLDER:TAG, oci-archive:FILE or docker-archive:FILE");
  }
  return open_store(target, MissingLayout::Refuse, options, services);
}

std::unique_ptr<oci::Store> open_store(const oci::Target& target, MissingLayout missing,
                                       const ConnectionOptions& options, const Services& services) {
  if (const auto* registry = std::get_if<oci::RegistryTarget>(&target)) {
    return std::make_unique<oci::Registry>(registry->reference,
                                           registry_options(registry->reference.registry, options, services));
  }
  if (const auto* layout = std::get_if<oci::LayoutTarget>(&target)) {
    return missing == MissingLayout::Make ? oci::Layout::open_or_create(layout->folder)
                                          : oci::Layout::open(layout->folder);
  }
  throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is neither a registry nor a layout", oci::to_string(target)))
      .hint(std::holds_alternative<oci::PathTarget>(target)
                ? "write oci://HOST/REPOSITORY:TAG or oci-layout:FOLDER:TAG"
                : "an archive is not changed in place: copy it into a layout, change that and copy it back");
}

}  // namespace waybill
