// Helm judges what settings do: it reads the values that we make of a setting as it makes them of the same flag.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/file_system.h"
#include "core/json/writer.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"
#include "generator/value_override.h"
#include "tests/support/process.h"

namespace waybill {
namespace {

constexpr std::string_view kValues = R"(driver: {version: "1.9", env: [{name: A, value: "1"}, {name: B, value: "2"}]}
selector: {nvidia.com/gpu.present: "true"}
none: null
)";

class HelmSettings : public ::testing::Test {
 protected:
  HelmSettings() {
    std::filesystem::create_directories(chart() / "templates");
    write_file(chart() / "Chart.yaml", "apiVersion: v2\nname: probe\nversion: 1.0.0\n", Overwrite::No);
    write_file(chart() / "values.yaml", "default: 1\nkept: {a: 1, b: 2}\n", Overwrite::No);
    write_file(chart() / "templates/values.yaml", "{{ .Values | toJson }}\n", Overwrite::No);
  }
  [[nodiscard]] std::filesystem::path chart() const { return folder_.path() / "probe"; }

  // The values as a chart sees them, as JSON.
  [[nodiscard]] std::string read(std::string_view values, const std::vector<std::string>& flags) const {
    const std::string file = (folder_.path() / "given.yaml").string();
    write_file(file, values, Overwrite::Yes);
    std::vector<std::string> command{"helm", "template", "probe", chart().string(), "--values", file};
    command.insert(command.end(), flags.begin(), flags.end());
    const testing::ProcessResult done = testing::run(command);
    EXPECT_EQ(done.exit_status, 0) << done.err;
    return json::canonical(yaml::parse(done.out, "helm").to_value());
  }

  TemporaryFolder folder_;
};

TEST_F(HelmSettings, MeanTheSameToHelm) {
  WAYBILL_REQUIRE_PEER("helm");
  for (const auto& [setter, text] :
       std::vector<std::pair<Setter, std::string>>{{Setter::Set, "driver.version=2"},
                                                   {Setter::Set, "driver.version=570.20.1"},
                                                   {Setter::Set, "driver.version=1.10"},
                                                   {Setter::Set, "driver.version=007"},
                                                   {Setter::Set, "driver.version=1e5"},
                                                   {Setter::Set, "driver.enabled=true"},
                                                   {Setter::Set, "driver.env[0].value=x"},
                                                   {Setter::Set, "driver.env[2].name=C"},
                                                   {Setter::Set, "new[0].a=1"},
                                                   {Setter::Set, "new[0][0]=1"},
                                                   {Setter::Set, "list={a,1,true,1.10}"},
                                                   {Setter::Set, R"(list={a\,b})"},
                                                   {Setter::Set, R"(text=a\,b)"},
                                                   {Setter::Set, R"(text=a\\b)"},
                                                   {Setter::Set, "text=k=v:w"},
                                                   {Setter::Set, R"(selector.nvidia\.com/gpu\.present=null)"},
                                                   {Setter::Set, R"(selector.nvidia\.com/mig=on)"},
                                                   {Setter::Set, "default=null"},
                                                   {Setter::Set, "kept.a=null"},
                                                   {Setter::SetString, "number=7"},
                                                   {Setter::SetString, "text="},
                                                   {Setter::SetString, "list={1,true}"},
                                                   {Setter::SetJson, R"(driver={"a":[1,null,{"b":"c,d"}]})"},
                                                   {Setter::SetJson, R"(kept={"c":1.5})"},
                                                   {Setter::SetJson, "driver.env[1]=null"}}) {
    Value values = yaml::parse(kValues, "values").to_value();
    for (const ValueOverride& change : parse_overrides("c:" + text, setter)) put(values, change.path, change.value);
    EXPECT_EQ(read(yaml::write(values), {}), read(kValues, {std::string(flag_of(setter)), text})) << text;
  }
}

TEST_F(HelmSettings, OfAFileKeepItsBytes) {
  WAYBILL_REQUIRE_PEER("helm");
  const std::string file = (folder_.path() / "text").string();
  for (const std::string text : {"one\n  two\n", "no line feed", "\n\n", "a: {{ b }}\r\nc\t \n", "#!/bin/sh\n"}) {
    write_file(file, text, Overwrite::Yes);
    Value values = Value::map();
    for (const ValueOverride& change : parse_overrides("c:script=" + text, Setter::SetFile))
      put(values, change.path, change.value);
    EXPECT_EQ(read(yaml::write(values), {}), read("{}", {"--set-file", "script=" + file})) << text;
  }
}

}  // namespace
}  // namespace waybill
