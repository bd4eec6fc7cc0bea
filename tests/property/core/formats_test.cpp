// What is written is read back as the same data, by our readers.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/json/reader.h"
#include "core/json/writer.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"
#include "tests/property/core/random_value.h"

namespace waybill {
namespace {

using waybill::testing::random_value;

RC_GTEST_PROP(YamlLaws, WhatIsWrittenIsReadBack, ()) {
  const Value value = *random_value();
  RC_ASSERT(yaml::parse(yaml::write(value), "f").to_value() == value);
}

RC_GTEST_PROP(YamlLaws, IndentedTextFitsUnderAKey, ()) {
  const Value value = *random_value();
  const std::string text = "a:\n  b:\n" + yaml::write_indented(value, 4) + "\n  c: 1\n";
  const Value read = yaml::parse(text, "f").to_value();
  RC_ASSERT(*read.find("a")->find("b") == value);
}

RC_GTEST_PROP(YamlLaws, JsonIsYaml, ()) {
  const Value value = *random_value();
  const std::string text = json::write_pretty(value);
  // These stand for themselves in JSON, but not in YAML.
  RC_PRE(text.find('\x7f') == std::string::npos && text.find("\ufeff") == std::string::npos &&
         text.find("\ufffe") == std::string::npos && text.find("\uffff") == std::string::npos &&
         text.find("\u0085") == std::string::npos && text.find("\u2028") == std::string::npos &&
         text.find("\u2029") == std::string::npos);
  RC_ASSERT(json::write(yaml::parse(text, "f").to_value()) == json::write(value));
}

RC_GTEST_PROP(JsonLaws, WhatIsWrittenIsReadBack, ()) {
  const Value value = *random_value();
  const std::string compact = json::write(value);
  RC_ASSERT(json::write(json::parse(compact, "f")) == compact);
  RC_ASSERT(json::write(json::parse(json::write_pretty(value), "f")) == compact);
}

RC_GTEST_PROP(ValueLaws, SortingChangesNoData, ()) {
  const Value value = *random_value();
  RC_ASSERT(sorted(value) == value);
  RC_ASSERT(json::canonical(sorted(value)) == json::canonical(value));
}

RC_GTEST_PROP(ValueLaws, MergingTwiceIsMergingOnce, ()) {
  const Value a = *random_value();
  const Value b = *random_value();
  RC_ASSERT(merged(a, a) == a);
  RC_ASSERT(merged(merged(a, b), b) == merged(a, b));
}

}  // namespace
}  // namespace waybill
