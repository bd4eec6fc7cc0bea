#include "app/workflow/write_bundle.h"

#include <fmt/core.h>

#include "app/workflow/bundle_source.h"
#include "app/workflow/deployer.h"
#include "app/workflow/pack_bundle.h"
#include "core/error.h"
#include "core/file_system.h"

namespace waybill {
namespace {

constexpr std::string_view kDefaultRevision = "main";

// The root, which somebody asked for.
std::string started_by_root(const std::string& deployer, const FileTree& tree, const Place& place) {
  std::string root = root_document(deployer, tree, place);
  if (root.empty()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("a bundle for '{}' has no root", deployer))
        .hint("its README.md says how it is rolled out");
  }
  return root;
}

}  // namespace

WrittenBundle write_bundle(const WriteBundleRequest& request, const Services& services) {
  if (request.folder.empty() || request.folder == "-") {
    throw Error(ErrorCode::InvalidInput, "a bundle is a folder and none is named").hint("name one with --output DIR");
  }
  const RenderedBundle rendered = render_bundle(request.bundle, services);
  std::filesystem::path folder = request.folder;
  if (!folder.has_filename()) folder = folder.parent_path();
  const auto& [tree, info] = rendered.bundle;
  WrittenBundle written{folder.string(), {info.recipe_digest, bundle_digest(tree), tree.size()}, info.catalogue, {}};
  // The root is made first: what cannot be written for that place must not leave a folder behind.
  std::string root;
  if (!request.repo_url.empty()) {
    root = started_by_root(info.deployer, tree,
                           {.repo_url = request.repo_url,
                            .path = {},
                            .revision = std::string(kDefaultRevision),
                            .bundle_digest = written.bundle.digest.to_string()});
  }
  write_folder(folder, tree, request.force ? Overwrite::Yes : Overwrite::No);
  if (!root.empty()) {
    written.root_file = folder.string() + ".root.yaml";
    write_file(written.root_file, root, Overwrite::Yes);
  }
  return written;
}

Value to_value(const WrittenBundle& written) {
  Value value = merged(Value::map({{"folder", written.folder}, {"catalogue", to_value(written.catalogue)}}),
                       to_value(written.bundle));
  if (!written.root_file.empty()) value.set("root", written.root_file);
  return value;
}

std::string bootstrap(const BootstrapRequest& request, const Services& services) {
  const BundleSource source = read_bundle(request.bundle, request.connection, services);
  Place place{.repo_url = request.repo_url,
              .path = request.path,
              .revision = request.revision,
              .bundle_digest = bundle_digest(layer_tree(source.tree)).to_string(),
              .cluster = request.cluster,
              .application_set = request.application_set,
              .secret = request.secret};
  if (place.revision.empty()) {
    const bool from_registry = place.repo_url.starts_with("oci://");
    if (from_registry && !source.artifact) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("the digest that '{}' has in {} is not known", request.bundle, request.repo_url))
          .hint("name the digest or a tag with --revision, or give the artifact itself as BUNDLE");
    }
    place.revision = from_registry ? source.artifact->digest.to_string() : std::string(kDefaultRevision);
  }
  return started_by_root(read_bundle_info(source.tree).deployer, source.tree, place);
}

}  // namespace waybill
