// Laws of settings, over random ones: which other components and flags there are never changes what is set on one, and
// what a setting says is what stands at its path in the end.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "core/json/writer.h"
#include "generator/chosen_values.h"
#include "generator/resolve.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

using rc::gen::elementOf;

std::string random_setting(const std::string& component) {
  const auto key = [] { return *elementOf(std::vector<std::string>{"a", "b", "x\\.y"}); };
  std::string path = key();
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) path += *rc::gen::inRange(0, 4) == 0 ? "[0]" : "." + key();
  return component + ":" + path + "=" +
         *elementOf(std::vector<std::string>{"1", "true", "null", "text", "1,2", "{p,q}", "1.10"});
}

// Each component's values, or what was refused.
std::string laid_over(const std::vector<std::string>& settings, const std::string& component) {
  static const Catalogue kCatalogue = testing::load(testing::small_catalogue());
  static const Recipe kRecipe = resolve(kCatalogue, testing::query("eks"), "");
  std::vector<ValueOverride> overrides;
  for (const std::string& text : settings) {
    for (ValueOverride& change : parse_overrides(text, Setter::Set)) overrides.push_back(std::move(change));
  }
  ChosenValues chosen(kCatalogue, kRecipe, overrides, {});
  Value values = Value::map();
  try {
    chosen.lay_over(*kRecipe.find(component), values);
  } catch (const Error& error) {
    return error.message();
  }
  return json::canonical(values);
}

RC_GTEST_PROP(Settings, OfOneComponentDoNotDependOnThoseOfOthers, ()) {
  std::vector<std::string> own;
  std::vector<std::string> all;
  for (int i = *rc::gen::inRange(0, 6); i > 0; --i) {
    const std::string component = *elementOf(std::vector<std::string>{"alpha", "al", "beta", "extras"});
    all.push_back(random_setting(component));
    if (component == "alpha" || component == "al") own.push_back(all.back());
  }
  RC_ASSERT(laid_over(all, "alpha") == laid_over(own, "alpha"));
}

RC_GTEST_PROP(Settings, DoNotDependOnTheOrderOfWhatDoesNotOverlap, ()) {
  std::vector<std::string> settings;
  for (const char* key : {"a", "b", "c", "d"}) {
    std::string setting = random_setting("alpha");
    settings.push_back(setting.replace(std::string("alpha:").size(), 0, std::string(key) + "1."));
  }
  const std::string before = laid_over(settings, "alpha");
  std::rotate(settings.begin(), settings.begin() + *rc::gen::inRange(0, 4), settings.end());
  RC_ASSERT(laid_over(settings, "alpha") == before);
}

RC_GTEST_PROP(Settings, InOneFlagAreTheSameAsInSeveral, ()) {
  std::vector<std::string> settings;
  std::string joined;
  for (int i = *rc::gen::inRange(1, 5); i > 0; --i) {
    settings.push_back(random_setting("alpha"));
    joined += (joined.empty() ? "" : ",") + settings.back();
  }
  RC_ASSERT(laid_over({joined}, "alpha") == laid_over(settings, "alpha"));
}

}  // namespace
}  // namespace waybill
