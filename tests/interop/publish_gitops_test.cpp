// What 'publish' wrote for GitOps controllers, before git, Helm, Argo CD's own definitions and the rules by which
// controllers read artifacts.
#include <gmock/gmock.h>

#include <map>
#include <memory>

#include "core/digest.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "core/yaml/reader.h"
#include "tests/support/argocd_definitions.h"
#include "tests/support/published_bundle.h"
#include "tests/support/source_path.h"

namespace waybill::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::UnorderedElementsAreArray;

const char* const kPath = "clusters/a";

class PublishGitops : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (find_program("git").empty()) return;
    place_ = std::make_unique<Workplace>(WAYBILL_PROGRAM);
    place().must({"git", "init", "--quiet", "--bare", "--initial-branch", "main", "site.git"});
    const Value result = place().publish({"--repo", place().path("site.git"), "--path", kPath, "--author",
                                          "Release <release@example.com>", "--output", "oci-layout:layout:v1"});
    digest_ = result.find("oci")->text_or("digest", {});
    commit_ = result.find("git")->text_or("commit", {});
    place().must({"git", "clone", "--quiet", "site.git", "clone"});
    place().must({WAYBILL_PROGRAM, "pull", "oci-layout:layout:v1", "--output", "folder"});
  }
  static void TearDownTestSuite() { place_.reset(); }
  void SetUp() override { WAYBILL_REQUIRE_PEER("git"); }

  static const Workplace& place() { return *place_; }
  static std::string blob(const std::string& digest) {
    return place().path("layout/blobs/sha256/" + Digest::parse(digest).hex());
  }
  static std::string bundle_in_git() { return place().path("clone/clusters/a/bundle"); }

  static std::vector<Value> documents(const std::string& text, const std::string& name) {
    std::vector<Value> values;
    for (const yaml::Node& node : yaml::parse_all(text, name)) values.push_back(node.to_value());
    return values;
  }
  static std::vector<fs::path> files_below(const fs::path& folder, const std::string& extension) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file() && entry.path().extension() == extension) files.push_back(entry.path());
    }
    return files;
  }

  static std::unique_ptr<Workplace> place_;
  static std::string digest_;
  static std::string commit_;
};

std::unique_ptr<Workplace> PublishGitops::place_;
std::string PublishGitops::digest_;
std::string PublishGitops::commit_;

TEST_F(PublishGitops, GitAndTheArtifactHoldTheSameTree) {
  EXPECT_EQ(place().must({"diff", "--recursive", "--exclude", "attestation", bundle_in_git(), "folder"}), "");
}

TEST_F(PublishGitops, GitFindsTheCommitAndItsTrailersSound) {
  EXPECT_EQ(place().must({"git", "-C", "clone", "rev-parse", "HEAD"}), commit_);
  EXPECT_EQ(place().must({"git", "-C", "site.git", "fsck", "--strict", "--no-progress"}), "");
  const std::string trailers = place().must({"git", "-C", "clone", "log", "-1", "--format=%(trailers:only,unfold)"});
  EXPECT_THAT(trailers,
              ::testing::MatchesRegex("Waybill-Recipe: sha256:[0-9a-f]{64}\nWaybill-Bundle: sha256:[0-9a-f]{64}\n?"));
}

TEST_F(PublishGitops, ArgoCdsDefinitionsAcceptEveryObject) {
  WAYBILL_REQUIRE_ARGOCD_DEFINITIONS();
  std::vector<std::string> arguments{"--", "clone/clusters/a/root.yaml"};
  const std::vector<fs::path> files = files_below(bundle_in_git() + "/apps/files", ".yaml");
  for (const fs::path& file : files) arguments.push_back(file.string());
  // The root file holds three objects.
  EXPECT_EQ(place().must(judge_by_argocd(arguments)), "judged " + std::to_string(files.size() + 3) + " objects");
}

// Our writer quotes what older readers would take for something else: yes, 1e3, 2001-01-01, 012.
TEST_F(PublishGitops, AReaderOfYaml11SeesTheSameData) {
  WAYBILL_REQUIRE_PYTHON("yaml");
  std::vector<std::string> command{"python3", "-c",
                                   "import json, sys, yaml\n"
                                   "print(json.dumps([[d for d in yaml.safe_load_all(open(name)) if d is not None]\n"
                                   "                  for name in sys.argv[1:]]))"};
  std::vector<Value> ours;
  for (const fs::path& file : files_below(place().path("clone/clusters/a"), ".yaml")) {
    if (file.parent_path().filename() == "templates") continue;  // Helm's language, not YAML
    command.push_back(file.string());
    ours.emplace_back(documents(read_file(file), file.string()));
  }
  ASSERT_GT(ours.size(), 30U);
  const Value theirs = json::parse(place().must(command), "python's answer");
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_EQ(theirs.items().at(i), ours[i]) << command.at(i + 3);
}

class PublishHelm : public PublishGitops {
 protected:
  void SetUp() override {
    WAYBILL_REQUIRE_PEER("helm");
    PublishGitops::SetUp();
  }

  // What a root Application makes of `tree` (what its repository holds) at `revision`, by Argo CD's rules: parameters
  // are --set or
  // --set-string, valuesObject is a file of values, and two variables are filled in.
  static std::vector<Value> rendered(const std::string& root, const std::string& tree, const std::string& revision) {
    const Value application = documents(root, "root.yaml").back();
    const Value& source = *application.find("spec")->find("source");
    const Value& helm = *source.find("helm");
    write_file(place().path("values.yaml"), json::write_pretty(*helm.find("valuesObject")), Overwrite::Yes);
    std::vector<std::string> command{"helm", "template", tree + "/" + source.text_or("path", {}), "--values",
                                     "values.yaml"};
    for (const Value& parameter : helm.find("parameters")->items()) {
      std::string value = parameter.text_or("value", {});
      if (value == "$ARGOCD_APP_SOURCE_REPO_URL") value = source.text_or("repoURL", {});
      if (value == "$ARGOCD_APP_REVISION") value = revision;
      command.emplace_back(parameter.find("forceString") != nullptr ? "--set-string" : "--set");
      command.push_back(parameter.text_or("name", {}) + "=" + value);
    }
    return documents(place().must(std::move(command)), "helm");
  }

  // A value with the three words replaced in its texts.
  static Value placed(Value value, const std::map<std::string, std::string>& words, const std::string& path) {
    constexpr std::string_view kPathWord = "waybill:path/";
    if (value.is_list()) {
      for (Value& item : value.items()) item = placed(std::move(item), words, path);
    } else if (value.is_map()) {
      for (Value::Member& member : value.members()) member.value = placed(std::move(member.value), words, path);
    } else if (value.is_string()) {
      if (const auto word = words.find(value.as_string()); word != words.end()) return word->second;
      if (value.as_string().starts_with(kPathWord)) return path + value.as_string().substr(kPathWord.size());
    }
    return value;
  }
  // What the files of apps/ mean at a place.
  static std::vector<Value> expected(const std::string& repository, const std::string& revision,
                                     const std::string& path) {
    std::vector<Value> objects;
    for (const fs::path& file : files_below(bundle_in_git() + "/apps/files", ".yaml")) {
      objects.push_back(placed(documents(read_file(file), file.string()).at(0),
                               {{"waybill:repo-url", repository}, {"waybill:revision", revision}}, path));
    }
    return objects;
  }
  // Every Application that reads this repository, as pairs of revision and path.
  static std::vector<std::pair<std::string, std::string>> own_sources(const std::vector<Value>& objects,
                                                                      const std::string& repository) {
    std::vector<std::pair<std::string, std::string>> found;
    for (const Value& object : objects) {
      const Value& source = *object.find("spec")->find("source");
      if (source.text_or("repoURL", {}) != repository) continue;
      found.emplace_back(source.text_or("targetRevision", {}), source.text_or("path", {}));
    }
    return found;
  }
};

TEST_F(PublishHelm, PrintsTheApplicationsPinnedToTheCommitOfTheRoot) {
  const std::string root = read_file(place().path("clone/clusters/a/root.yaml"));
  const std::string repository = "file://" + fs::canonical(place().path("site.git")).string();
  const std::vector<Value> objects = rendered(root, place().path("clone"), commit_);
  EXPECT_THAT(objects, UnorderedElementsAreArray(expected(repository, commit_, "clusters/a/bundle/")));
  const auto own = own_sources(objects, repository);
  EXPECT_EQ(own.size(), 3U);  // the components that have manifests
  for (const auto& [revision, path] : own) {
    EXPECT_EQ(revision, commit_);
    EXPECT_TRUE(fs::is_directory(place().path("clone/" + path))) << path;
  }
}

TEST_F(PublishHelm, PrintsTheApplicationsPinnedToTheDigestInARegistry) {
  const std::string repository = "oci://registry.example.com/gpu/bundle";
  const std::string root =
      place().must({WAYBILL_PROGRAM, "bootstrap", "oci-layout:layout:v1", "--repo-url", repository});
  EXPECT_EQ(documents(root, "root").back().find("spec")->find("source")->text_or("targetRevision", {}), digest_);
  const std::vector<Value> objects = rendered(root, place().path("folder"), digest_);
  EXPECT_THAT(objects, UnorderedElementsAreArray(expected(repository, digest_, "")));
  const auto own = own_sources(objects, repository);
  EXPECT_EQ(own.size(), 3U);
  for (const auto& [revision, path] : own) {
    EXPECT_EQ(revision, digest_);
    EXPECT_TRUE(fs::is_directory(place().path("folder/" + path))) << path;
  }
}

TEST_F(PublishHelm, ReadsTheValuesFilesAsTheApplicationsHoldThem) {
  write_file(place().path("Chart.yaml"), "apiVersion: v2\nname: echo\nversion: 1.0.0\n", Overwrite::Yes);
  fs::create_directories(place().path("echo/templates"));
  fs::copy_file(place().path("Chart.yaml"), place().path("echo/Chart.yaml"), fs::copy_options::overwrite_existing);
  write_file(place().path("echo/templates/values.yaml"), "{{ toYaml .Values }}\n", Overwrite::Yes);
  std::size_t compared = 0;
  for (const fs::path& file : files_below(bundle_in_git() + "/apps/files", ".yaml")) {
    const Value application = documents(read_file(file), file.string()).at(0);
    const Value* values = application.find_path(std::vector<std::string>{"spec", "source", "helm", "valuesObject"});
    if (values == nullptr) continue;
    const fs::path values_file = bundle_in_git() / fs::path("values") / file.filename();
    const std::string printed = place().must({"helm", "template", "echo", "--values", values_file.string()});
    EXPECT_EQ(documents(printed, "helm").at(0), *values) << file;
    ++compared;
  }
  EXPECT_GT(compared, 8U);
}

// The rules of Argo CD and Flux for artifacts, kept apart from our code in tests/support/artifact_rules.py.
class PublishReaders : public PublishGitops {
 protected:
  static ProcessResult judge(const std::string& manifest, const std::string& layer) {
    write_file(place().path("manifest.json"), manifest, Overwrite::Yes);
    return place().run({"python3", source_path("tests/support/artifact_rules.py"), "manifest.json", layer});
  }
  static Value manifest() { return json::parse(read_file(blob(digest_)), "the manifest"); }
  static std::string layer() { return blob(manifest().find("layers")->items().at(0).text_or("digest", {})); }
};

TEST_F(PublishReaders, TakeTheArtifact) {
  WAYBILL_REQUIRE_PEER("python3");
  const ProcessResult result = judge(read_file(blob(digest_)), layer());
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
}

TEST_F(PublishReaders, TakeOneWithAnEmptyConfigAndAnnotations) {
  WAYBILL_REQUIRE_PEER("python3");
  WAYBILL_REQUIRE_PEER("oras");
  place().must({WAYBILL_PROGRAM, "push", bundle_in_git(), "oci-layout:wished:v1", "--config-type", "empty",
                "--manifest-annotation", "org.example.team=gpu"});
  const std::string fetched = place().must({"oras", "manifest", "fetch", "--oci-layout", "wished:v1"});
  const Value wished = json::parse(fetched, "the manifest");
  EXPECT_EQ(wished.find("config")->text_or("mediaType", {}), "application/vnd.oci.empty.v1+json");
  EXPECT_EQ(wished.find("annotations")->text_or("org.example.team", {}), "gpu");
  const ProcessResult result = judge(fetched, layer());
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
  EXPECT_EQ(wished.find("layers")->items().at(0).text_or("digest", {}),
            manifest().find("layers")->items().at(0).text_or("digest", {}));
}

// The judge itself.
TEST_F(PublishReaders, RefuseASecondLayerAndLinks) {
  WAYBILL_REQUIRE_PEER("python3");
  Value two = manifest();
  const Value first = two.find("layers")->items().at(0);
  two.find("layers")->push_back(first);
  EXPECT_THAT(judge(json::write(two), layer()).out, ::testing::HasSubstr("2 content layers"));

  fs::create_directories(place().path("tree"));
  if (!fs::is_symlink(place().path("tree/link"))) fs::create_symlink("elsewhere", place().path("tree/link"));
  place().must({"tar", "-czf", "linked.tar.gz", "-C", "tree", "."});
  const std::string archive = read_file(place().path("linked.tar.gz"));
  Value linked = manifest();
  Value& descriptor = linked.find("layers")->items().at(0);
  descriptor.set("digest", sha256(archive).to_string());
  descriptor.set("size", std::uint64_t{archive.size()});
  EXPECT_THAT(judge(json::write(linked), place().path("linked.tar.gz")).out,
              ::testing::HasSubstr("neither a file nor a folder"));
}

}  // namespace
}  // namespace waybill::testing
