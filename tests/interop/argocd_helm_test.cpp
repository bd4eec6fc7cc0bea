// Helm prints apps/ as Argo CD does: exactly our files with the three words replaced, and text in braces untouched.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "argocd/render.h"
#include "argocd/root.h"
#include "core/file_system.h"
#include "core/yaml/reader.h"
#include "tests/support/process.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::argocd {
namespace {

// Replaces the words in every text of a value: what the printed objects must mean.
Value placed(const Value& value, const std::string& repository, const std::string& revision,
             const std::string& prefix) {
  if (value.is_string()) {
    const std::string& text = value.as_string();
    if (text == "waybill:repo-url") return Value(repository);
    if (text == "waybill:revision") return Value(revision);
    if (text.starts_with("waybill:path/")) return Value(prefix + text.substr(std::string_view("waybill:path/").size()));
    return value;
  }
  Value result = value;
  if (result.is_list()) {
    for (Value& item : result.items()) item = placed(item, repository, revision, prefix);
  }
  if (result.is_map()) {
    for (Value::Member& member : result.members()) member.value = placed(member.value, repository, revision, prefix);
  }
  return result;
}

class HelmTemplate : public ::testing::Test {
 protected:
  HelmTemplate() {
    const testing::Sample sample = testing::sample();
    tree_ = render(sample.plan, sample.recipe);
    write_folder(folder_.path() / "bundle", tree_, Overwrite::No);
  }

  // What helm prints, as objects.
  std::vector<Value> print(const std::string& repository, const std::string& revision, const std::string& prefix) {
    // Values the way Argo CD gives them: valuesObject as a file, parameters as --set and --set-string.
    const std::string values = (folder_.path() / "values.yaml").string();
    write_file(values, "path: \"" + prefix + "\"\n", Overwrite::Yes);
    const testing::ProcessResult result =
        testing::run({"helm", "template", (folder_.path() / "bundle/apps").string(), "--name-template", "waybill-root",
                      "--namespace", "argocd", "--values", values, "--set", "repoURL=" + repository, "--set-string",
                      "revision=" + revision});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    std::vector<Value> objects;
    for (const yaml::Node& node : yaml::parse_all(result.out, "helm")) objects.push_back(node.to_value());
    return objects;
  }

  std::vector<Value> expected(const std::string& repository, const std::string& revision,
                              const std::string& prefix) const {
    std::vector<Value> objects;
    for (const auto& [path, file] : tree_.files()) {
      if (!path.text().starts_with("apps/files/")) continue;
      objects.push_back(placed(yaml::parse(file.bytes, path.text()).to_value(), repository, revision, prefix));
    }
    return objects;
  }

  TemporaryFolder folder_;
  FileTree tree_;
};

struct PlaceOfBundle {
  const char* repository;
  const char* revision;
  const char* prefix;
};

TEST_F(HelmTemplate, PrintsTheFilesWithThePlaceFilledIn) {
  WAYBILL_REQUIRE_PEER("helm");
  for (const PlaceOfBundle& place : std::vector<PlaceOfBundle>{
           {"https://git.example.com/fleet.git", "4f9ac3a1c0b2d9e8f7a6b5c4d3e2f1a0b9c8d7e6", "clusters/x/bundle/"},
           {"git@git.example.com:team/fleet.git", "1111111111111111111111111111111111111111",
            ""},  // digits alone stay text
           {"oci://registry.example.com/gpu/bundle",
            "sha256:1111111111111111111111111111111111111111111111111111111111111111", ""},
           {"https://git.example.com/x", "12345678901234567890123456789012345e1234", "a.b/"}}) {
    EXPECT_THAT(print(place.repository, place.revision, place.prefix),
                ::testing::UnorderedElementsAreArray(expected(place.repository, place.revision, place.prefix)))
        << place.repository;
  }
}

TEST_F(HelmTemplate, LeavesBracesInValuesAlone) {
  WAYBILL_REQUIRE_PEER("helm");
  bool found = false;
  for (const Value& object : print("https://git.example.com/x", "main", "")) {
    const Value* note = object.find_path(std::vector<std::string>{"spec", "source", "helm", "valuesObject", "note"});
    if (note == nullptr) continue;
    found = true;
    EXPECT_EQ(*note, Value("{{ .Values.kept }} {{- as it is }}"));
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace waybill::argocd
