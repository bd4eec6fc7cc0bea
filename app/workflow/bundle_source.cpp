#include "app/workflow/bundle_source.h"

#include <fmt/core.h>

#include "core/error.h"
#include "core/file_system.h"
#include "generator/bundle.h"
#include "oci/pack.h"

namespace waybill {

void require_intact(const FileTree& tree, const std::string& name) {
  constexpr std::size_t kMostNamed = 10;
  const std::vector<FileProblem> problems = check_files(tree);
  if (problems.empty()) return;
  std::string message = fmt::format("the bundle {} is not intact:", name);
  for (std::size_t i = 0; i < problems.size() && i < kMostNamed; ++i)
    message += fmt::format("\n  {}: {}", problems[i].path, problems[i].reason);
  if (problems.size() > kMostNamed) message += fmt::format("\n  and {} more", problems.size() - kMostNamed);
  throw Error(ErrorCode::Untrusted, message);
}

BundleSource read_bundle(const std::string& text, const ConnectionOptions& options, const Services& services) {
  const oci::Target target = oci::parse_target(text);
  BundleSource source;
  if (const auto* folder = std::get_if<oci::PathTarget>(&target)) {
    source.tree = read_folder(folder->path);
  } else {
    const std::unique_ptr<oci::StoreReader> store = open_source(target, options, services);
    const oci::Descriptor artifact = oci::resolve(*store, oci::tag_of(target), oci::digest_of(target));
    source.tree = oci::unpack_tree(*store, artifact).tree;
    source.artifact = artifact;
  }
  require_intact(source.tree, fmt::format("'{}'", text));
  return source;
}

}  // namespace waybill
