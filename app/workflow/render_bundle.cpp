#include "app/workflow/render_bundle.h"

#include <fmt/core.h>

#include <algorithm>

#include "app/workflow/version.h"
#include "argocd/render.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/suggest.h"
#include "core/yaml/reader.h"

namespace waybill {

namespace {

PlanOptions plan_options(const BundleRequest& request) {
  PlanOptions options;
  for (const std::string& text : request.set)
    options.overrides.push_back(parse_value_override(text, ValueTyping::Guess));
  for (const std::string& text : request.set_string)
    options.overrides.push_back(parse_value_override(text, ValueTyping::Text));
  return options;
}

Value to_list(const std::vector<std::string>& texts) { return Value::List(texts.begin(), texts.end()); }

// {west: https://10.0.0.1:6443, east: null}
void read_cluster_file(const std::string& path, std::vector<argocd::Cluster>& clusters) {
  constexpr std::size_t kLargest = 1 << 20;
  const yaml::Node document = yaml::parse(read_file(path, kLargest), path);
  const Value value = document.to_value();
  if (!value.is_map()) {
    throw Error(ErrorCode::InvalidInput, "a file of clusters is a mapping of names to addresses")
        .at({path, document.line, document.column})
        .hint("write lines as west: https://10.0.0.1:6443");
  }
  for (const Value::Member& member : value.members()) {
    if (!member.value.is_null() && !member.value.is_string())
      throw Error(ErrorCode::InvalidInput, fmt::format("the cluster '{}' has an address that is no text", member.key))
          .at({path, document.line, document.column});
    with_context(
        [&] { return fmt::format("in the file of clusters '{}'", path); },
        [&] {
          clusters.push_back(argocd::parse_cluster(
              member.value.is_null() ? member.key : fmt::format("{}={}", member.key, member.value.as_string())));
        });
  }
}

argocd::RenderOptions render_options(const BundleRequest& request) {
  argocd::RenderOptions options;
  options.version = argocd::Version::parse(request.argocd_version);
  if (request.ordering == "rollingsync") {
    options.ordering = argocd::Ordering::RollingSync;
  } else if (request.ordering != "waves") {
    throw Error(ErrorCode::InvalidInput, fmt::format("no ordering '{}'", request.ordering))
        .hint(suggestion(request.ordering, {"waves", "rollingsync"}));
  }
  std::vector<argocd::Cluster> clusters;
  for (const std::string& text : request.clusters) clusters.push_back(argocd::parse_cluster(text));
  if (!request.cluster_file.empty()) read_cluster_file(request.cluster_file, clusters);
  std::sort(clusters.begin(), clusters.end(),
            [](const argocd::Cluster& left, const argocd::Cluster& right) { return left.name < right.name; });
  if (!clusters.empty()) options.clusters = std::move(clusters);
  return options;
}

// What the user chose beyond the recipe: whoever reads the bundle can render it again.
Value chosen_options(const BundleRequest& request, const argocd::RenderOptions& rendered) {
  Value options = Value::map({{"argocdVersion", rendered.version.text()}});
  if (rendered.ordering == argocd::Ordering::RollingSync) options.set("ordering", request.ordering);
  Value clusters = Value::list();
  for (const argocd::Cluster& cluster : rendered.clusters) {
    if (!cluster.name.empty())
      clusters.push_back(cluster.server.empty() ? cluster.name : fmt::format("{}={}", cluster.name, cluster.server));
  }
  if (!clusters.items().empty()) options.set("clusters", std::move(clusters));
  if (!request.set.empty()) options.set("set", to_list(request.set));
  if (!request.set_string.empty()) options.set("setString", to_list(request.set_string));
  return options;
}

void warn_about_left_out(const Plan& plan, Reporter& reporter) {
  for (const LeftOut& left_out : plan.left_out) {
    reporter.warning(
        left_out.reason == LeftOut::Reason::Disabled
            ? fmt::format("the component '{}' is disabled and left out", left_out.component)
            : fmt::format("the component '{}' is left out: its manifests render to nothing", left_out.component));
  }
}

}  // namespace

RenderedBundle render_bundle(const BundleRequest& request, const Services& services) {
  if (request.deployer != "argocd") {
    throw Error(ErrorCode::InvalidInput, fmt::format("no deployer '{}'", request.deployer))
        .hint(suggestion(request.deployer, {"argocd"}));
  }
  const argocd::RenderOptions options = render_options(request);
  const ResolvedRecipe resolved = resolve_recipe(request.recipe, services);
  Plan plan = make_plan(resolved.catalogue, resolved.recipe, plan_options(request));
  warn_about_left_out(plan, services.reporter);
  FileTree rendered = argocd::render(plan, resolved.recipe, options);
  BundleInfo info{.tool_version = std::string(program_version()),
                  .catalogue = resolved.catalogue.id(),
                  .recipe_digest = digest(resolved.recipe).to_string(),
                  .criteria = resolved.recipe.criteria,
                  .deployer = request.deployer,
                  .options = chosen_options(request, options)};
  Bundle bundle = seal(std::move(rendered), std::move(info));
  for (Release& release : plan.releases) release.registry = nullptr;  // the catalogue ends here
  return {resolved.recipe, std::move(plan), std::move(bundle)};
}

}  // namespace waybill
