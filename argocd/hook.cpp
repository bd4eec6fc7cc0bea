#include "argocd/hook.h"

#include <fmt/core.h>

#include <string>
#include <string_view>

#include "argocd/wave.h"
#include "generator/annotations.h"

namespace waybill::argocd {
namespace {

constexpr std::string_view kArgoHook = "argocd.argoproj.io/hook";
constexpr std::string_view kArgoDeletePolicy = "argocd.argoproj.io/hook-delete-policy";
constexpr std::string_view kSyncOptions = "argocd.argoproj.io/sync-options";

}  // namespace

void strip_hook(Value& object) {
  become_ordinary(object);
  Value* annotations = annotations_of(object);
  if (runs_once(object)) {
    std::string options = annotations->text_or(kSyncOptions, "");
    options += fmt::format("{}Force=true,Replace=true", options.empty() ? "" : ",");
    annotations->set(kSyncOptions, options);
  }
  if (annotations->members().empty()) object.find("metadata")->erase("annotations");
}

void keep_as_delete_hook(const ManifestHook& hook, const Version& version, const SourceLocation& location,
                         Value& object) {
  const bool before = hook.phase == ManifestHook::Phase::PreDelete;
  if (before && !version.has_pre_delete_hooks()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("Argo CD {} has no hook that runs before a removal", version.text()))
        .at(location)
        .hint("write the bundle for 3.3 or later with --argocd-version");
  }
  Value* annotations = annotations_of(object);
  std::string policies;
  for (const std::string& word : words_of(annotations->text_or(kHookDeletePolicy, ""))) {
    const std::string_view policy = word == "before-hook-creation" ? "BeforeHookCreation"
                                    : word == "hook-succeeded"     ? "HookSucceeded"
                                    : word == "hook-failed"        ? "HookFailed"
                                                                   : "";
    if (!policy.empty()) policies += fmt::format("{}{}", policies.empty() ? "" : ",", policy);
  }
  erase_hook(object);
  annotations->set(kArgoHook, before ? "PreDelete" : "PostDelete");
  if (!policies.empty()) annotations->set(kArgoDeletePolicy, policies);
  if (hook.weight != 0 && annotations->find(kSyncWave) == nullptr)
    annotations->set(kSyncWave, std::to_string(hook.weight));
}

}  // namespace waybill::argocd
