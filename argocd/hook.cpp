#include "argocd/hook.h"

#include <fmt/core.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "argocd/annotations.h"
#include "argocd/wave.h"

namespace waybill::argocd {
namespace {

constexpr std::string_view kHelmHook = "helm.sh/hook";
constexpr std::string_view kHelmWeight = "helm.sh/hook-weight";
constexpr std::string_view kHelmDeletePolicy = "helm.sh/hook-delete-policy";
constexpr std::string_view kArgoHook = "argocd.argoproj.io/hook";
constexpr std::string_view kArgoDeletePolicy = "argocd.argoproj.io/hook-delete-policy";
constexpr std::string_view kSyncOptions = "argocd.argoproj.io/sync-options";

std::optional<Hook::Phase> phase_of(std::string_view word) {
  using Phase = Hook::Phase;
  struct Known {
    std::string_view word;
    Phase phase;
  };
  static constexpr std::array<Known, 11> kKnown{{{"pre-install", Phase::Before},
                                                 {"pre-upgrade", Phase::Before},
                                                 {"post-install", Phase::After},
                                                 {"post-upgrade", Phase::After},
                                                 {"pre-delete", Phase::PreDelete},
                                                 {"post-delete", Phase::PostDelete},
                                                 {"pre-rollback", Phase::Ignored},
                                                 {"post-rollback", Phase::Ignored},
                                                 {"test", Phase::Ignored},
                                                 {"test-success", Phase::Ignored},
                                                 {"test-failure", Phase::Ignored}}};
  for (const Known& known : kKnown) {
    if (known.word == word) return known.phase;
  }
  return std::nullopt;
}

int weight_of(const Value& annotations, const SourceLocation& location) {
  const std::string text = annotations.text_or(kHelmWeight, "0");
  const std::optional<int> weight = whole_number(text);
  if (!weight) {
    throw Error(ErrorCode::InvalidInput, fmt::format("the hook weight '{}' is no whole number", text)).at(location);
  }
  return *weight;
}

void erase_helms(Value& annotations) {
  for (const std::string_view name : {kHelmHook, kHelmWeight, kHelmDeletePolicy}) annotations.erase(name);
}

}  // namespace

Hook read_hook(const Value& object, const SourceLocation& location) {
  const Value* annotations = annotations_of(object);
  if (annotations == nullptr || annotations->find(kHelmHook) == nullptr) return {};
  Hook hook{Hook::Phase::Ignored, weight_of(*annotations, location)};
  const std::string hooks = annotations->text_or(kHelmHook, "");
  for (const std::string& word : words_of(hooks)) {
    const std::optional<Hook::Phase> phase = phase_of(word);
    if (!phase) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("a manifest cannot be the hook '{}' when Argo CD rolls it out", word))
          .at(location)
          .hint("put it into the chart, or leave the annotation away");
    }
    if (*phase == Hook::Phase::Ignored) continue;
    if (hook.phase != Hook::Phase::Ignored && hook.phase != *phase) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("a manifest cannot be the hooks '{}' at once when Argo CD rolls it out", hooks))
          .at(location)
          .hint("make it one object for each");
    }
    hook.phase = *phase;
  }
  return hook;
}

void strip_hook(Value& object) {
  Value* annotations = annotations_of(object);
  erase_helms(*annotations);
  const std::string kind = object.text_or("kind", "");
  if (kind == "Job" || kind == "Pod") {
    std::string options = annotations->text_or(kSyncOptions, "");
    options += fmt::format("{}Force=true,Replace=true", options.empty() ? "" : ",");
    annotations->set(kSyncOptions, options);
    if (Value* spec = object.find("spec")) spec->erase("ttlSecondsAfterFinished");
  }
  if (annotations->members().empty()) object.find("metadata")->erase("annotations");
}

void keep_as_delete_hook(const Hook& hook, const Version& version, const SourceLocation& location, Value& object) {
  const bool before = hook.phase == Hook::Phase::PreDelete;
  if (before && !version.has_pre_delete_hooks()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("Argo CD {} has no hook that runs before a removal", version.text()))
        .at(location)
        .hint("write the bundle for 3.3 or later with --argocd-version");
  }
  Value* annotations = annotations_of(object);
  std::string policies;
  for (const std::string& word : words_of(annotations->text_or(kHelmDeletePolicy, ""))) {
    const std::string_view policy = word == "before-hook-creation" ? "BeforeHookCreation"
                                    : word == "hook-succeeded"     ? "HookSucceeded"
                                    : word == "hook-failed"        ? "HookFailed"
                                                                   : "";
    if (!policy.empty()) policies += fmt::format("{}{}", policies.empty() ? "" : ",", policy);
  }
  erase_helms(*annotations);
  annotations->set(kArgoHook, before ? "PreDelete" : "PostDelete");
  if (!policies.empty()) annotations->set(kArgoDeletePolicy, policies);
  if (hook.weight != 0 && annotations->find(kSyncWave) == nullptr)
    annotations->set(kSyncWave, std::to_string(hook.weight));
}

}  // namespace waybill::argocd
