#include "argocd/bootstrap.h"

#include <fmt/core.h>

#include <array>
#include <set>

#include "argocd/placeholder.h"
#include "argocd/templates.h"
#include "core/digest.h"
#include "core/yaml/writer.h"

namespace waybill::argocd {
namespace {

// Long enough for drivers to be built on every node, short enough that a mended bundle is not ignored for a day.
constexpr std::string_view kSyncTimeoutSeconds = "7200";

// Kinds whose operators report on them as on another one, up to a word: the script of that one judges them too.
struct Alike {
  std::string_view kind;
  std::string_view as;
};
constexpr std::array kAlike{
    Alike{"inference.networking.x-k8s.io_InferencePool", "inference.networking.k8s.io_InferencePool"},
    Alike{"jobset.x-k8s.io_JobSet", "kubeflow.org_PyTorchJob"},
    Alike{"kai.scheduler_SchedulingShard", "kai.scheduler_Config"},
    Alike{"kubeflow.org_MPIJob", "kubeflow.org_PyTorchJob"},
    Alike{"kueue.x-k8s.io_AdmissionCheck", "kueue.x-k8s.io_ClusterQueue"},
    Alike{"kueue.x-k8s.io_LocalQueue", "kueue.x-k8s.io_ClusterQueue"},
    Alike{"mellanox.com_IPoIBNetwork", "mellanox.com_HostDeviceNetwork"},
    Alike{"mellanox.com_MacvlanNetwork", "mellanox.com_HostDeviceNetwork"},
    Alike{"mellanox.com_NicNodePolicy", "mellanox.com_HostDeviceNetwork"},
    Alike{"nvidia.com_DynamoComponentDeployment", "ray.io_RayService"},
    Alike{"nvidia.com_GPUCluster", "nvidia.com_NVIDIADriver"},
    Alike{"trainer.kubeflow.org_TrainJob", "kubeflow.org_PyTorchJob"},
};

Value secret(const Value& source, const RenderOptions& options) {
  const std::string url = source.text_or("repoURL", "");
  const bool is_chart = source.find("chart") != nullptr;
  // The name tells nothing and must be unique and valid: part of a digest is both.
  constexpr std::size_t kNameDigits = 12;
  Value metadata = Value::map({{"name", "waybill-repository-" + sha256(url).hex().substr(0, kNameDigits)},
                               {"namespace", options.name_space},
                               {"labels", Value::map({{"argocd.argoproj.io/secret-type", "repository"},
                                                      {"app.kubernetes.io/managed-by", "waybill"}})}});
  const bool is_native = url.starts_with("oci://");
  Value data = Value::map({{"type", is_native ? "oci" : is_chart ? "helm" : "git"}, {"url", url}});
  if (is_chart && url.find("://") == std::string::npos) data.set("enableOCI", "true");
  return Value::map(
      {{"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", std::move(metadata)}, {"stringData", std::move(data)}});
}

}  // namespace

Value health_checks() {
  constexpr std::string_view kFolder = "health/";
  constexpr std::string_view kSuffix = ".lua";
  const auto key = [](std::string_view kind) { return fmt::format("resource.customizations.health.{}", kind); };
  Value checks = Value::map();
  for (const EmbeddedText& file : templates()) {
    if (!file.path.starts_with(kFolder)) continue;
    const std::string_view kind = file.path.substr(kFolder.size(), file.path.size() - kFolder.size() - kSuffix.size());
    checks.set(key(kind), file.text);
    for (const Alike& other : kAlike) {
      if (other.as == kind) checks.set(key(other.kind), file.text);
    }
  }
  return sorted(std::move(checks));
}

std::string configmap_patch() { return yaml::write(Value::map({{"data", health_checks()}})); }

std::string chart_values(Ordering ordering) {
  Value parameters = Value::map({{"controller.sync.timeout.seconds", kSyncTimeoutSeconds}});
  if (ordering == Ordering::RollingSync) parameters.set("applicationsetcontroller.enable.progressive.syncs", "true");
  return yaml::write(
      Value::map({{"configs", Value::map({{"cm", health_checks()}, {"params", std::move(parameters)}})}}));
}

std::string repositories(const std::vector<Value>& applications, const RenderOptions& options) {
  std::string text =
      "# The repositories that this bundle reads. Add username and password (or what else the repository asks for) to "
      "a copy of\n"
      "# this file, never here: these bytes are signed. A repository that needs none works without its Secret.\n";
  std::set<std::string> seen;
  for (const Value& application : applications) {
    const Value& source = *application.find("spec")->find("source");
    const std::string url = source.text_or("repoURL", "");
    if (holds_placeholder(url) || !seen.insert(url).second) continue;
    text += "---\n" + yaml::write(secret(source, options));
  }
  return text;
}

}  // namespace waybill::argocd
