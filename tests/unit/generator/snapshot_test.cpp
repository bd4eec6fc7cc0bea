#include "generator/snapshot.h"

#include <gmock/gmock.h>

#include <limits>

#include "core/error.h"

namespace waybill {
namespace {

using ::testing::HasSubstr;

Snapshot parse(const std::string& text, Diagnostics& diagnostics) {
  return parse_snapshot(text, "s.yaml", diagnostics);
}
Snapshot parse(const std::string& text) {
  Diagnostics diagnostics;
  return parse(text, diagnostics);
}

std::string reading(const Snapshot& snapshot, std::string_view key) {
  const Snapshot::Found found = snapshot.find("OS", "release", key);
  return found.text == nullptr ? "nothing" : *found.text;
}

std::string release(const std::string& data) {
  return "measurements: [{type: OS, subtypes: [{subtype: release, data: {" + data + "}}]}]";
}

std::string server(const std::string& data) {
  return "measurements: [{type: K8s, subtypes: [{subtype: server, data: {" + data + "}}]}]";
}

std::string gpu(const std::string& data) {
  return "measurements: [{type: GPU, subtypes: [{subtype: smi, data: {" + data + "}}]}]";
}

TEST(Snapshot, ReadingsAreTextsAsAicrFormatsThem) {
  const Snapshot snapshot = parse(release(
      R"(text: 1.2.3, quoted: "24.04", float: 24.10, million: 1000000.0, small: 0.00001, int: 1000000, yes: true, none: ~,
         big: 18446744073709551615)"));
  EXPECT_EQ(reading(snapshot, "text"), "1.2.3");
  EXPECT_EQ(reading(snapshot, "quoted"), "24.04");
  EXPECT_EQ(reading(snapshot, "float"), "24.1");
  EXPECT_EQ(reading(snapshot, "million"), "1e+06");
  EXPECT_EQ(reading(snapshot, "small"), "1e-05");
  EXPECT_EQ(reading(snapshot, "int"), "1000000");
  EXPECT_EQ(reading(snapshot, "yes"), "true");
  EXPECT_EQ(reading(snapshot, "none"), "<nil>");
  EXPECT_EQ(reading(snapshot, "big"), "18446744073709551615");
}

TEST(Snapshot, NumbersOfJsonAreFloats) {
  const Snapshot snapshot = parse(
      R"({"measurements": [{"type": "OS", "subtypes": [{"subtype": "release", "data":
          {"million": 1000000, "eight": 8, "half": 0.5, "text": "24.04"}}]}]})");
  EXPECT_EQ(reading(snapshot, "million"), "1e+06");
  EXPECT_EQ(reading(snapshot, "eight"), "8");
  EXPECT_EQ(reading(snapshot, "half"), "0.5");
  EXPECT_EQ(reading(snapshot, "text"), "24.04");
}

TEST(Snapshot, FindsTheFirstOfATypeAndASubtype) {
  const Snapshot snapshot = parse(R"(measurements:
  - null
  - type: OS
    subtypes: [null, {subtype: release, data: {a: 1}}, {subtype: release, data: {a: 2, b: 2}}]
  - type: OS
    subtypes: [{subtype: other, data: {a: 3}}]
)");
  EXPECT_EQ(reading(snapshot, "a"), "1");
  EXPECT_EQ(reading(snapshot, "b"), "nothing");
  EXPECT_EQ(snapshot.find("OS", "other", "a").subtype, nullptr);
  EXPECT_EQ(snapshot.find("GPU", "smi", "a").measurement, nullptr);
}

TEST(Snapshot, TellsTheServiceFromTheVersion) {
  const auto service = [](const std::string& data) {
    return parse(server(data)).detected_criteria().get(Dimension::Service);
  };
  EXPECT_EQ(service("version: v1.33.5-eks-3025e55"), "eks");
  EXPECT_EQ(service("version: v1.33.5-gke.100"), "gke");
  EXPECT_EQ(service("version: v1.33.5-aks"), "aks");
  EXPECT_EQ(service("version: v1.33.5"), "any");
  EXPECT_EQ(service("service: OKE"), "oke");
  EXPECT_EQ(service("service: oke, version: v1.33.5-eks-1"), "eks");
  EXPECT_EQ(service("service: unheard-of"), "any");
}

TEST(Snapshot, TellsTheAcceleratorFromTheModel) {
  const auto accelerator = [](const std::string& data) {
    return parse(gpu(data)).detected_criteria().get(Dimension::Accelerator);
  };
  EXPECT_EQ(accelerator("gpu.model: NVIDIA GB200"), "gb200");
  EXPECT_EQ(accelerator("gpu.model: NVIDIA B200"), "b200");
  EXPECT_EQ(accelerator("gpu.model: NVIDIA H100 80GB HBM3"), "h100");
  EXPECT_EQ(accelerator("gpu.model: NVIDIA L40S"), "l40");
  EXPECT_EQ(accelerator("model: a100"), "a100");
  EXPECT_EQ(accelerator("gpu.model: T4, model: h100"), "h100");
  EXPECT_EQ(accelerator("gpu.model: h100, model: a100"), "h100");
  EXPECT_EQ(accelerator("gpu.model: T4"), "any");
}

TEST(Snapshot, TellsTheOperatingSystemAndLeavesTheRestOpen) {
  const auto os = [](const std::string& data) { return parse(release(data)).detected_criteria().get(Dimension::Os); };
  EXPECT_EQ(os("ID: ubuntu"), "ubuntu");
  EXPECT_EQ(os("ID: al2023"), "amazonlinux");
  EXPECT_EQ(os("ID: amzn"), "any");
  EXPECT_TRUE(parse("measurements: []").detected_criteria().all_any());
  const UsedValues known = [](Dimension) { return std::vector<std::string>{"talos"}; };
  EXPECT_EQ(parse(release("ID: talos")).detected_criteria(known).get(Dimension::Os), "talos");
}

TEST(Snapshot, WhatIsOddIsAWarningWithItsPlace) {
  Diagnostics diagnostics;
  static_cast<void>(
      parse("kind: Snapshot\nmeasurements:\n  - type: OS\n    subtypes:\n      - name: release\n", diagnostics));
  std::string found;
  for (const Diagnostic& diagnostic : diagnostics.all()) found += to_string(diagnostic) + "\n";
  EXPECT_THAT(found, HasSubstr("s.yaml:5:9: warning: the subtype has no field 'name'"));
}

TEST(Snapshot, RefusesADocumentOfAnotherKindWithItsPlace) {
  try {
    static_cast<void>(parse("apiVersion: x\nkind: RecipeResult\nmeasurements: []\n"));
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    EXPECT_EQ(error.message(), "this is a RecipeResult and no snapshot");
    EXPECT_EQ(to_string(*error.location()), "s.yaml:2:7");
  }
}

TEST(Snapshot, RefusesWhatIsNone) {
  for (const char* text : {"", "- a", "{}", "criteria: {service: eks}", "text", "measurements: 1", "measurements: [1]",
                           "measurements: [{subtypes: {}}]", "measurements: [{subtypes: [{data: []}]}]", "a: [",
                           "a: 1\na: 2", "{\"a\": 1"}) {
    try {
      static_cast<void>(parse(text));
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::InvalidInput) << text;
    }
  }
}

TEST(Snapshot, NumbersHaveAnExponentFromAMillionOn) {
  EXPECT_EQ(reading_text(0), "0");
  EXPECT_EQ(reading_text(24.1), "24.1");
  EXPECT_EQ(reading_text(-2.5), "-2.5");
  EXPECT_EQ(reading_text(999999), "999999");
  EXPECT_EQ(reading_text(1234567), "1.234567e+06");
  EXPECT_EQ(reading_text(1e100), "1e+100");
  EXPECT_EQ(reading_text(0.0001), "0.0001");
  EXPECT_EQ(reading_text(0.00001), "1e-05");
  EXPECT_EQ(reading_text(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(reading_text(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

}  // namespace
}  // namespace waybill
