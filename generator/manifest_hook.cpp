#include "generator/manifest_hook.h"

#include <fmt/core.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "generator/annotations.h"

namespace waybill {
namespace {

constexpr std::string_view kHelmHook = "helm.sh/hook";
constexpr std::string_view kHelmWeight = "helm.sh/hook-weight";

std::optional<ManifestHook::Phase> phase_of(std::string_view word) {
  using Phase = ManifestHook::Phase;
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

}  // namespace

ManifestHook read_hook(const Value& object, const SourceLocation& location) {
  const Value* annotations = annotations_of(object);
  if (annotations == nullptr || annotations->find(kHelmHook) == nullptr) return {};
  ManifestHook hook{ManifestHook::Phase::Ignored, weight_of(*annotations, location)};
  const std::string hooks = annotations->text_or(kHelmHook, "");
  for (const std::string& word : words_of(hooks)) {
    const std::optional<ManifestHook::Phase> phase = phase_of(word);
    if (!phase) {
      throw Error(ErrorCode::InvalidInput, fmt::format("a manifest outside a chart cannot be the hook '{}'", word))
          .at(location)
          .hint("put it into the chart, or leave the annotation away");
    }
    if (*phase == ManifestHook::Phase::Ignored) continue;
    if (hook.phase != ManifestHook::Phase::Ignored && hook.phase != *phase) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("a manifest outside a chart cannot be the hooks '{}' at once", hooks))
          .at(location)
          .hint("make it one object for each");
    }
    hook.phase = *phase;
  }
  return hook;
}

bool runs_once(const Value& object) {
  const std::string kind = object.text_or("kind", "");
  return kind == "Job" || kind == "Pod";
}

void erase_hook(Value& object) {
  Value* annotations = annotations_of(object);
  annotations->erase(kHelmHook);
  annotations->erase(kHelmWeight);
  annotations->erase(kHookDeletePolicy);
}

void become_ordinary(Value& object) {
  erase_hook(object);
  Value* spec = object.find("spec");
  if (runs_once(object) && spec != nullptr) spec->erase("ttlSecondsAfterFinished");
}

}  // namespace waybill
