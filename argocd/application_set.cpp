#include "argocd/application_set.h"

#include <fmt/core.h>

#include <map>
#include <string>

#include "argocd/root.h"
#include "argocd/wave.h"
#include "core/error.h"

namespace waybill::argocd {
namespace {

constexpr const char* kStepLabel = "waybill.dev/step";  // that the steps choose by

int wave_of(const Value& application) { return sync_wave(application).value_or(0); }

}  // namespace

Value application_set(const std::vector<Value>& applications, const ApplicationInput& input) {
  std::map<int, std::size_t> step_of_wave;
  for (const Value& application : applications) step_of_wave[wave_of(application)] = 0;
  Value steps = Value::list();
  std::size_t count = 0;
  for (auto& [wave, step] : step_of_wave) {
    step = count++;
    steps.push_back(Value::map(
        {{"matchExpressions",
          Value::list({Value::map(
              {{"key", kStepLabel}, {"operator", "In"}, {"values", Value::list({std::to_string(step)})}})})}}));
  }
  Value elements = Value::list();
  for (const Value& application : applications) {
    const Value& metadata = *application.find("metadata");
    Value labels = *metadata.find("labels");
    labels.set(kStepLabel, std::to_string(step_of_wave.at(wave_of(application))));
    elements.push_back(Value::map({{"name", *metadata.find("name")},
                                   {"metadata", Value::map({{"labels", std::move(labels)},
                                                            {"annotations", *metadata.find("annotations")},
                                                            {"finalizers", *metadata.find("finalizers")}})},
                                   {"spec", *application.find("spec")}}));
  }
  const Value& first = *applications.front().find("spec");
  Value strategy = Value::map({{"type", "RollingSync"}, {"rollingSync", Value::map({{"steps", std::move(steps)}})}});
  if (input.options.version.has_deletion_order()) strategy.set("deletionOrder", "Reverse");
  Value template_metadata = Value::map({{"name", "{{ .name }}"}, {"namespace", input.options.name_space}});
  Value template_spec = Value::map({{"project", *first.find("project")}, {"destination", *first.find("destination")}});
  return Value::map(
      {{"apiVersion", "argoproj.io/v1alpha1"},
       {"kind", "ApplicationSet"},
       {"metadata", Value::map({{"name", project_name(input.cluster.name)},
                                {"namespace", input.options.name_space},
                                {"labels", Value::map({{"app.kubernetes.io/managed-by", "waybill"},
                                                       {"app.kubernetes.io/part-of", root_name(input.cluster.name)},
                                                       {kRecipeLabel, short_digest(input.recipe_digest)}})}})},
       {"spec",
        Value::map(
            {{"goTemplate", true},
             {"goTemplateOptions", Value::list({"missingkey=error"})},
             {"generators", Value::list({Value::map({{"list", Value::map({{"elements", std::move(elements)}})}})})},
             {"strategy", std::move(strategy)},
             {"syncPolicy", Value::map({{"applicationsSync", "sync"}})},
             {"template", Value::map({{"metadata", std::move(template_metadata)}, {"spec", std::move(template_spec)}})},
             {"templatePatch", "metadata: {{ toJson .metadata }}\nspec: {{ toJson .spec }}\n"}})}});
}

bool deletes_in_reverse(const Value& application_set) {
  static const std::vector<std::string> kOrder{"spec", "strategy", "deletionOrder"};
  const Value* order = application_set.find_path(kOrder);
  return order != nullptr && *order == Value("Reverse");
}

std::vector<Value> applications_of(const Value& application_set, const std::string& file) {
  static const std::vector<std::string> kGenerators{"spec", "generators"};
  static const std::vector<std::string> kElements{"list", "elements"};
  const Value* generators = application_set.find_path(kGenerators);
  const Value* elements = generators != nullptr && generators->is_list() && generators->items().size() == 1
                              ? generators->items().front().find_path(kElements)
                              : nullptr;
  const Value* metadata = application_set.find("metadata");
  if (elements == nullptr || !elements->is_list() || metadata == nullptr) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no ApplicationSet of a bundle", file));
  }
  std::vector<Value> applications;
  for (const Value& element : elements->items()) {
    const Value* own = element.find("metadata");
    const Value* spec = element.find("spec");
    if (own == nullptr || !own->is_map() || spec == nullptr)
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' holds an element that is no Application", file));
    Value named =
        Value::map({{"name", element.text_or("name", "")}, {"namespace", metadata->text_or("namespace", "")}});
    applications.push_back(Value::map({{"apiVersion", "argoproj.io/v1alpha1"},
                                       {"kind", "Application"},
                                       {"metadata", merged(std::move(named), *own)},
                                       {"spec", *spec}}));
  }
  return applications;
}

}  // namespace waybill::argocd
