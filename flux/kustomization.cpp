#include "flux/kustomization.h"

#include <fmt/core.h>

#include "core/yaml/writer.h"
#include "flux/objects.h"

namespace waybill::flux {

Value step_kustomization(const Step& step, std::string_view recipe_digest) {
  const bool is_foreign = !step.repository.empty();
  Value result = object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", step.name, step.component, recipe_digest);
  Value& metadata = *result.find("metadata");
  if (is_foreign) {
    // Nothing in it is the root's to fill in.
    metadata.set("annotations", Value::map({{"kustomize.toolkit.fluxcd.io/substitute", "disabled"}}));
  } else {
    metadata.find("labels")->set(kSourceLabel, kSource);
  }
  Value depends_on = Value::list();
  for (const std::string& name : step.depends_on) depends_on.push_back(Value::map({{"name", name}}));
  Value spec = Value::map({{"dependsOn", std::move(depends_on)},
                           {"sourceRef", Value::map({{"kind", is_foreign ? "GitRepository" : "OCIRepository"},
                                                     {"name", is_foreign ? step.repository : kSource}})},
                           {"path", is_foreign ? step.path : fmt::format("./${{{}}}{}", kPathVariable, step.folder)},
                           {"interval", kInterval},
                           {"retryInterval", kRetryInterval},
                           {"timeout", kTimeout},
                           {"prune", true},
                           {"deletionPolicy", "WaitForTermination"},
                           {"wait", true}});
  if (!step.target_namespace.empty()) spec.set("targetNamespace", step.target_namespace);
  if (!step.health_checks.items().empty()) spec.set("healthCheckExprs", step.health_checks);
  result.set("spec", std::move(spec));
  return result;
}

std::string file_list(const std::vector<std::string>& files) {
  Value resources = Value::list();
  for (const std::string& file : files) resources.push_back(file);
  return yaml::write(Value::map({{"apiVersion", "kustomize.config.k8s.io/v1beta1"},
                                 {"kind", "Kustomization"},
                                 {"resources", std::move(resources)}}));
}

}  // namespace waybill::flux
