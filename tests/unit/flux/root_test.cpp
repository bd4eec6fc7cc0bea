#include "flux/root.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/yaml/reader.h"
#include "flux/objects.h"
#include "flux/render.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::flux {
namespace {

using ::testing::HasSubstr;

const Place kGit{.repo_url = "https://git.example.com/fleet.git", .path = "clusters/x/bundle", .revision = "main"};
const Place kRegistry{.repo_url = "oci://registry.example.com/gpu/bundle", .path = "", .revision = "v1"};

const FileTree& bundle() {
  static const FileTree tree = [] {
    const testing::Sample plan = testing::sample();
    return seal(render(plan.plan, plan.recipe), sample_info(plan)).tree;
  }();
  return tree;
}

// The source and the root Kustomization.
std::vector<Value> documents(const Place& place) {
  std::vector<Value> result;
  for (const yaml::Node& node : yaml::parse_all(root_document(bundle(), place), "root.yaml"))
    result.push_back(node.to_value());
  return result;
}

const Value& at(const Value& value, const std::vector<std::string>& path) {
  const Value* found = value.find_path(path);
  if (found == nullptr) throw std::out_of_range(path.back());
  return *found;
}

Place with(Place place, std::string Place::*member, std::string text) {
  place.*member = std::move(text);
  return place;
}

std::string refusal(const Place& place) {
  try {
    static_cast<void>(root_document(bundle(), place));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return error.message();
  }
  return "nothing was refused";
}

TEST(Root, IsASourceAndAKustomizationThatWaitsForNobody) {
  const std::vector<Value> all = documents(kGit);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].text_or("kind", ""), "GitRepository");
  EXPECT_EQ(at(all[0], {"metadata", "name"}), Value("waybill"));
  EXPECT_EQ(at(all[1], {"metadata", "name"}), Value("waybill-root"));
  EXPECT_EQ(at(all[1], {"spec"}).find("wait"), nullptr);  // the components wait for it
  EXPECT_EQ(at(all[1], {"spec", "prune"}), Value(true));
}

TEST(Root, FillsInTheFolderInGit) {
  const Value root = documents(kGit)[1];
  EXPECT_EQ(at(root, {"spec", "path"}), Value("./clusters/x/bundle/flux"));
  EXPECT_EQ(at(root, {"spec", "postBuild", "substitute"}), Value::map({{"waybill_path", "clusters/x/bundle/"}}));
  EXPECT_THAT(at(root, {"spec", "patches"}).items().front().text_or("patch", ""), HasSubstr("value: GitRepository"));
}

TEST(Root, ChangesNothingButTheVariableForARegistry) {
  const std::vector<Value> all = documents(kRegistry);
  EXPECT_EQ(all[0].text_or("kind", ""), "OCIRepository");
  EXPECT_EQ(at(all[0], {"spec", "ref"}), Value::map({{"tag", "v1"}}));
  EXPECT_EQ(at(all[1], {"spec", "path"}), Value("./flux"));
  EXPECT_EQ(at(all[1], {"spec", "postBuild", "substitute"}), Value::map({{"waybill_path", ""}}));
  EXPECT_EQ(at(all[1], {"spec"}).find("patches"), nullptr);
}

TEST(Root, KnowsTheKindsOfRevisions) {
  const auto reference = [](const Place& place, const std::string& revision) {
    return at(documents(with(place, &Place::revision, revision))[0], {"spec", "ref"});
  };
  const std::string commit(40, 'a');
  EXPECT_EQ(reference(kGit, "main"), Value::map({{"branch", "main"}}));
  EXPECT_EQ(reference(kGit, commit), Value::map({{"commit", commit}}));
  EXPECT_EQ(reference(kGit, "refs/tags/v1"), Value::map({{"name", "refs/tags/v1"}}));
  EXPECT_EQ(reference(kRegistry, "sha256:0123"), Value::map({{"digest", "sha256:0123"}}));
}

TEST(Root, NamesASecretAndHoldsNone) {
  const auto spec = [](const Place& place) { return at(documents(place)[0], {"spec"}); };
  EXPECT_EQ(spec(kGit).find("secretRef"), nullptr);
  EXPECT_EQ(at(spec(with(kGit, &Place::secret, "login")), {"secretRef"}), Value::map({{"name", "login"}}));
  // Nobody reads over ssh without a key.
  const Value ssh = spec(with(kGit, &Place::repo_url, "git@git.example.com:team/fleet.git"));
  EXPECT_EQ(ssh.text_or("url", ""), "ssh://git@git.example.com/team/fleet.git");
  EXPECT_EQ(at(ssh, {"secretRef"}), Value::map({{"name", "waybill-ssh"}}));
  EXPECT_THAT(refusal(with(kGit, &Place::secret, "a b")), HasSubstr("cannot be the name of a Secret"));
}

TEST(Root, SpeaksPlainHttpToALoopbackRegistryAlone) {
  const auto insecure = [](const std::string& url) {
    return at(documents(with(kRegistry, &Place::repo_url, url))[0], {"spec"}).find("insecure") != nullptr;
  };
  EXPECT_TRUE(insecure("oci://127.0.0.1:5000/x"));
  EXPECT_TRUE(insecure("oci://localhost:5000/x"));
  EXPECT_FALSE(insecure("oci://registry.example.com:5000/x"));
}

TEST(Root, PlacesThatFluxCannotReadAreRefused) {
  for (const char* url : {"file:///srv/x.git", "git://git.example.com/x.git"}) {
    EXPECT_THAT(refusal(with(kGit, &Place::repo_url, url)), HasSubstr("Flux cannot read")) << url;
    EXPECT_FALSE(is_readable(url)) << url;
  }
  EXPECT_TRUE(is_readable("git@git.example.com:x.git"));
  EXPECT_TRUE(is_readable("oci://registry.example.com/x"));
}

TEST(Root, PlacesThatMeanMoreAreRefused) {
  EXPECT_THAT(refusal(with(kGit, &Place::repo_url, "https://me:secret@git.example.com/x.git")),
              HasSubstr("credentials"));
  EXPECT_THAT(refusal(with(kGit, &Place::repo_url, "https://git.example.com/${x}")), HasSubstr("printable ASCII"));
  EXPECT_THAT(refusal(with(kGit, &Place::path, "a/${b}")), HasSubstr("letters, digits"));
  EXPECT_THAT(refusal(with(kRegistry, &Place::path, "a")), HasSubstr("no path"));
  EXPECT_THAT(refusal(with(kGit, &Place::revision, "--upload-pack=x")), HasSubstr("begin with '-'"));
}

TEST(Root, OnlyABundleForFluxHasOne) {
  FileTree other;
  other.add(RelPath::parse("apps/Chart.yaml"), "name: x\n");
  EXPECT_THROW(static_cast<void>(root_document(other, kGit)), Error);
}

}  // namespace
}  // namespace waybill::flux
