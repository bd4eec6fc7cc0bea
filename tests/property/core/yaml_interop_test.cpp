// What our YAML writer writes is the same data to PyYAML, an independent reader of YAML 1.1.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "core/json/reader.h"
#include "core/json/writer.h"
#include "core/yaml/writer.h"
#include "tests/property/core/random_value.h"
#include "tests/support/process.h"

namespace waybill {
namespace {

constexpr const char* kReader =
    "import json, sys, yaml\n"
    "sys.stdout.write(json.dumps(yaml.load(sys.stdin.buffer.read().decode('utf-8'), Loader=yaml.SafeLoader)))\n";

TEST(YamlInterop, PyYamlReadsTheSameData) {
  WAYBILL_REQUIRE_PYTHON("yaml");
  // One process for all: a list of many values, each as list item, as value and, where it is text, as key.
  Value all = Value::list();
  const rc::Gen<std::string> text = testing::tricky_text();
  rc::Random random(20'240'229);
  for (int i = 0; i < 5'000; ++i) {
    const std::string sample = text(random.split(), 100).value();
    all.push_back(sample);
    all.push_back(Value::map({{sample, sample}, {"other", Value::list({sample})}}));
  }
  for (const double number : {0.0, -0.5, 1.0, 1e21, 1e-7, 5e-324, 1.5e300, 123456.789}) all.push_back(number);
  all.push_back(Value::map(
      {{"integer", -5}, {"null", nullptr}, {"boolean", true}, {"empty", Value::list({Value::list(), Value::map()})}}));

  testing::ProcessOptions options;
  options.input = yaml::write(all);
  const testing::ProcessResult result = testing::run({"python3", "-c", kReader}, options);
  ASSERT_EQ(result.exit_status, 0) << result.err;
  const Value read = json::parse(result.out, "PyYAML");
  ASSERT_EQ(read.items().size(), all.items().size());
  for (std::size_t i = 0; i < all.items().size(); ++i) {
    ASSERT_EQ(json::write(read.items()[i]), json::write(json::parse(json::write(all.items()[i]), "ours")))
        << yaml::write(all.items()[i]);
  }
}

}  // namespace
}  // namespace waybill
