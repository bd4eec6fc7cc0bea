#include "flux/release.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "core/error.h"
#include "core/yaml/writer.h"
#include "flux/health.h"
#include "flux/objects.h"

namespace waybill::flux {
namespace {

constexpr std::size_t kLongestRelease = 53;  // Helm
constexpr std::string_view kOciScheme = "oci://";

bool holds_null(const Value& value) {
  if (value.is_list()) return std::ranges::any_of(value.items(), holds_null);
  if (!value.is_map()) return value.is_null();
  return std::ranges::any_of(value.members(), [](const Value::Member& member) { return holds_null(member.value); });
}

// A pattern of Argo CD's, which knows '*' alone, as the regular expression that Flux matches whole.
std::string regular_expression(std::string_view pattern) {
  std::string expression;
  for (const char c : pattern) {
    if (c == '*') expression += '.';
    if (std::string_view("\\^$.|?+()[]{}").find(c) != std::string_view::npos) expression += '\\';
    expression += c;
  }
  return expression;
}

// A path such as .spec.cdi.default, which Argo CD takes in jq's language, as a JSON pointer; empty for any other.
std::string pointer_of(std::string_view path) {
  std::string pointer;
  for (const char c : path) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!is_word && c != '.') return {};
    pointer += c == '.' ? '/' : c;
  }
  const bool is_path = pointer.starts_with('/') && !pointer.ends_with('/') && pointer.find("//") == std::string::npos;
  return is_path ? pointer : std::string();
}

// The fields that a difference names. The whole object where Flux, which knows JSON pointers alone, cannot name them.
Value ignored_paths(const Value& difference) {
  if (difference.find("managedFieldsManagers") != nullptr) return Value::list({""});
  const Value* pointers = difference.find("jsonPointers");
  Value paths = pointers == nullptr ? Value::list() : *pointers;
  const Value* expressions = difference.find("jqPathExpressions");
  if (expressions == nullptr) return paths;
  for (const Value& expression : expressions->items()) {
    const std::string pointer = expression.is_string() ? pointer_of(expression.as_string()) : "";
    if (pointer.empty()) return Value::list({""});
    paths.push_back(pointer);
  }
  return paths;
}

// What others write into the chart's objects is no drift.
Value ignored_drift(const Value& differences) {
  Value rules = Value::list();
  for (const Value& difference : differences.items()) {
    Value target = Value::map();
    for (const char* field : {"group", "kind", "name", "namespace"}) {
      const std::string pattern = difference.text_or(field, "");
      if (!pattern.empty() && pattern != "*") target.set(field, regular_expression(pattern));
    }
    rules.push_back(Value::map({{"paths", ignored_paths(difference)}, {"target", std::move(target)}}));
  }
  return rules;
}

Value action() {
  return Value::map({{"crds", "CreateReplace"},
                     {"strategy", Value::map({{"name", "RetryOnFailure"}, {"retryInterval", kRetryInterval}})}});
}

class ReleaseFiles {
 public:
  ReleaseFiles(const Release& release, const ComponentTraits& traits, std::string_view recipe_digest)
      : component_(release.component), values_(release.values), traits_(traits), recipe_digest_(recipe_digest) {
    if (component_.name.size() > kLongestRelease) {
      throw Error(ErrorCode::InvalidInput, fmt::format("component '{}': a Helm release name has at most {} characters",
                                                       component_.name, kLongestRelease));
    }
    if (component_.name_space.empty()) {
      throw Error(ErrorCode::InvalidInput, fmt::format("component '{}' has no namespace", component_.name))
          .hint("Flux needs one to release a chart into");
    }
  }

  FileTree run() {
    Value spec = Value::map({{"interval", kInterval},
                             {"timeout", kReleaseTimeout},
                             {"releaseName", component_.name},
                             {"targetNamespace", component_.name_space},
                             {"storageNamespace", component_.name_space}});
    add_chart(spec);
    spec.set("install", action());
    spec.set("upgrade", action());
    Value drift = Value::map({{"mode", "enabled"}});
    if (!traits_.ignore_differences.items().empty()) drift.set("ignore", ignored_drift(traits_.ignore_differences));
    spec.set("driftDetection", std::move(drift));
    if (Value checks = health_checks(traits_.cluster_resources); !checks.items().empty())
      spec.set("healthCheckExprs", std::move(checks));
    add_values(spec);
    Value release =
        object("helm.toolkit.fluxcd.io/v2", "HelmRelease", component_.name, component_.name, recipe_digest_);
    release.set("spec", std::move(spec));
    write("release.yaml", release);
    return std::move(files_);
  }

 private:
  void write(const char* name, const Value& value) { files_.add(RelPath::parse(name), yaml::write(value)); }

  void add_chart(Value& spec) {
    const std::string chart = component_.chart.empty() ? component_.name : component_.chart;
    std::string repository = component_.source;
    while (repository.ends_with('/')) repository.pop_back();
    if (repository.starts_with(kOciScheme)) {
      add_registry_chart(fmt::format("{}/{}", repository, chart), spec);
      return;
    }
    if (component_.version.starts_with("sha256:")) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("component '{}': only a chart in an OCI registry has a digest, not one of '{}'",
                              component_.name, component_.source));
    }
    Value source =
        object("source.toolkit.fluxcd.io/v1", "HelmRepository", component_.name, component_.name, recipe_digest_);
    source.set("spec", Value::map({{"interval", kInterval}, {"url", repository}}));
    write("source.yaml", source);
    spec.set("chart", Value::map({{"spec", Value::map({{"chart", chart},
                                                       {"version", component_.version},
                                                       {"interval", kInterval},
                                                       {"sourceRef", Value::map({{"kind", "HelmRepository"},
                                                                                 {"name", component_.name}})}})}}));
  }

  void add_registry_chart(const std::string& url, Value& spec) {
    Value source_spec = oci_source(url, "");
    source_spec.set("interval", kInterval);
    Value reference = Value::map();
    if (component_.version.starts_with("sha256:")) {
      reference.set("digest", component_.version);
    } else {
      // Helm's form of a version as a tag, which cannot hold a '+'.
      std::string tag = component_.version;
      std::ranges::replace(tag, '+', '_');
      reference.set("tag", std::move(tag));
    }
    source_spec.set("ref", std::move(reference));
    source_spec.set("layerSelector", Value::map({{"mediaType", "application/vnd.cncf.helm.chart.content.v1.tar+gzip"},
                                                 {"operation", "copy"}}));
    const std::string name = versioned_name(component_.name, yaml::write(source_spec));
    Value source = object("source.toolkit.fluxcd.io/v1", "OCIRepository", name, component_.name, recipe_digest_);
    source.set("spec", std::move(source_spec));
    write("source.yaml", source);
    spec.set("chartRef", Value::map({{"kind", "OCIRepository"}, {"name", name}}));
  }

  void add_values(Value& spec) {
    if (!values_.is_map() || values_.members().empty()) return;
    if (!holds_null(values_)) {
      spec.set("values", values_);
      return;
    }
    // A null takes a chart's default away. Inside an object it could be dropped by one of those through whose hands it
    // goes; text arrives as it is.
    const std::string text = yaml::write(values_);
    const std::string name = versioned_name(component_.name + "-values", text);
    Value map = object("v1", "ConfigMap", name, component_.name, recipe_digest_);
    map.set("data", Value::map({{"values.yaml", text}}));
    write("values.yaml", map);
    spec.set("valuesFrom", Value::list({Value::map({{"kind", "ConfigMap"}, {"name", name}})}));
  }

  const ComponentRef& component_;
  const Value& values_;
  const ComponentTraits& traits_;
  std::string_view recipe_digest_;
  FileTree files_;
};

}  // namespace

FileTree release_files(const Release& release, const ComponentTraits& traits, std::string_view recipe_digest) {
  return ReleaseFiles(release, traits, recipe_digest).run();
}

}  // namespace waybill::flux
