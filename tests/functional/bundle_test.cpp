// bundle and bootstrap: the files of a bundle, their checksums, and the folder that they go to (spec: cli, Files of a
// bundle).
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "core/digest.h"
#include "tests/functional/support/workspace.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Bundles : public Workspace {
 protected:
  void write_bundle(const std::string& name = "b", const Words& more = {}) const {
    ASSERT_THAT(waybill(joined(joined({"bundle", "-o", name}, more), criteria())), Exited(0));
  }
  [[nodiscard]] static std::set<std::string> names(const Snapshot& files) {
    std::set<std::string> result;
    for (const auto& [name, content] : files) result.insert(name);
    return result;
  }
};

TEST_F(Bundles, AreExactlyTheListedFiles) {
  write_bundle();
  const Value recipe = waybill_json(joined({"recipe"}, criteria()));
  std::set<std::string> expected{"bundle.json",
                                 "checksums.txt",
                                 "recipe.yaml",
                                 "README.md",
                                 "apps/Chart.yaml",
                                 "apps/templates/all.yaml",
                                 "bootstrap/argocd-cm-patch.yaml",
                                 "bootstrap/argocd-values.yaml",
                                 "bootstrap/repositories.yaml"};
  for (const Value& component : at(recipe, "componentRefs").items()) {
    const std::string name = component.text_or("name", "");
    if (component.find("chart") != nullptr) expected.insert("apps/files/" + name + ".yaml");
    expected.insert("values/" + name + ".yaml");
    const Value* manifests = component.find("manifestFiles");
    if (manifests == nullptr) continue;
    expected.insert("apps/files/" + name + "-manifests.yaml");
    for (const Value& manifest : manifests->items())
      expected.insert("manifests/" + name + "/" + fs::path(manifest.as_string()).filename().string());
  }
  EXPECT_EQ(names(snapshot(folder() / "b")), expected);
}

TEST_F(Bundles, DescribeEveryFileInBundleJson) {
  const Value written = waybill_json(joined({"bundle", "-o", "b"}, criteria()));
  EXPECT_EQ(keys(written), (Words{"bundle", "catalogue", "folder", "recipe"}));
  const Value description = parse_json(read_file(folder() / "b/bundle.json"));
  std::set<std::string> listed;
  for (const Value& file : at(description, "files").items()) {
    const std::string name = file.text_or("path", "");
    listed.insert(name);
    const std::string bytes = read_file(folder() / "b" / name);
    EXPECT_EQ(file.text_or("digest", ""), sha256(bytes).to_string()) << name;
    EXPECT_EQ(at(file, "size").as_int(), static_cast<std::int64_t>(bytes.size())) << name;
  }
  std::set<std::string> present = names(snapshot(folder() / "b"));
  EXPECT_EQ(at(written, "bundle.files").as_int(), static_cast<std::int64_t>(present.size()));
  present.erase("bundle.json");
  present.erase("checksums.txt");
  EXPECT_EQ(listed, present);
}

TEST_F(Bundles, ChecksumsAreSha256sums) {
  write_bundle();
  const ProcessResult checked = execute({"sha256sum", "--strict", "-c", "checksums.txt"});
  EXPECT_NE(checked.exit_status, 0) << "the list names files of the bundle's own folder";
  const ProcessResult inside = execute({"env", "-C", "b", "sha256sum", "--strict", "-c", "checksums.txt"});
  EXPECT_THAT(inside, Exited(0));
  const auto lines = std::count(inside.out.begin(), inside.out.end(), '\n');
  EXPECT_EQ(static_cast<std::size_t>(lines) + 1, snapshot(folder() / "b").size()) << "every file but the list itself";
}

TEST_F(Bundles, NameNoPlace) {
  write_bundle();
  for (const auto& entry : fs::recursive_directory_iterator(folder() / "b")) {
    if (!entry.is_regular_file()) continue;
    EXPECT_THAT(read_file(entry.path()), Not(HasSubstr(folder().string()))) << entry.path();
  }
}

TEST_F(Bundles, ArePutIntoNewOrEmptyFoldersOnly) {
  fs::create_directories(path("empty"));
  write_bundle("empty");
  write_bundle("new/");
  EXPECT_EQ(snapshot(folder() / "empty"), snapshot(folder() / "new"));
  fs::create_directories(path("full"));
  std::ofstream(path("full/mine")) << "x";
  const Snapshot before = snapshot(folder() / "full");
  EXPECT_THAT(waybill(joined({"bundle", "-o", "full"}, criteria())), Exited(9));
  EXPECT_THAT(waybill(joined({"bundle", "-o", "new"}, criteria())), Exited(9));
  EXPECT_EQ(snapshot(folder() / "full"), before);
  std::ofstream(path("file")) << "x";
  EXPECT_NE(waybill(joined({"bundle", "-o", "file"}, criteria())).exit_status, 0);
  EXPECT_EQ(read_file(path("file")), "x");
  EXPECT_NE(waybill(joined({"bundle", "-o", "file/b"}, criteria())).exit_status, 0);
  EXPECT_EQ(read_file(path("file")), "x");
  // Folders above it are made, as by save and copy.
  write_bundle("above/new");
  EXPECT_EQ(snapshot(folder() / "above/new"), snapshot(folder() / "new"));
}

TEST_F(Bundles, ForceReplacesTheWholeFolderAtOnce) {
  write_bundle("b");
  const Snapshot expected = snapshot(folder() / "b");
  std::ofstream(path("b/stale.yaml")) << "x";
  struct stat before = {};
  ASSERT_EQ(::stat(path("b").c_str(), &before), 0);
  write_bundle("b", {"--force"});
  EXPECT_EQ(snapshot(folder() / "b"), expected);
  struct stat after = {};
  ASSERT_EQ(::stat(path("b").c_str(), &after), 0);
  EXPECT_NE(before.st_ino, after.st_ino) << "another folder took the name";
  // Nothing else is left beside it.
  std::set<std::string> beside;
  for (const auto& entry : fs::directory_iterator(folder())) beside.insert(entry.path().filename().string());
  EXPECT_EQ(beside, std::set<std::string>{"b"});
}

TEST_F(Bundles, HaveTheirRootBesideThem) {
  write_bundle("b", {"--repo", "https://git.example.com/site.git"});
  const std::string root = read_file(path("b.root.yaml"));
  EXPECT_THAT(root, AllOf(HasSubstr("kind: Application"), HasSubstr("kind: AppProject"),
                          HasSubstr("https://git.example.com/site.git"), HasSubstr("name: waybill-root")));
  for (const char* url : {"not a url", "ext::reboot", "--upload-pack=x"}) {
    EXPECT_THAT(waybill(joined({"bundle", "-o", "c", "--repo", url}, criteria())), Exited(2)) << url;
    EXPECT_FALSE(fs::exists(path("c"))) << url;
  }
}

TEST_F(Bundles, AreBootstrappedForAnyPlace) {
  write_bundle();
  const ProcessResult git =
      waybill({"bootstrap", "b", "--repo-url", "https://git.example.com/site.git", "--path", "clusters/a/bundle"});
  ASSERT_THAT(git, Exited(0));
  EXPECT_THAT(git.out, AllOf(HasSubstr("path: clusters/a/bundle/apps"), HasSubstr("targetRevision: main"),
                             HasSubstr("kind: AppProject")));
  ASSERT_THAT(waybill({"bootstrap", "b", "--repo-url", "https://git.example.com/site.git", "--path",
                       "clusters/a/bundle", "-o", "root.yaml"}),
              Exited(0));
  EXPECT_EQ(read_file(path("root.yaml")), git.out);
  // The digest in a registry is known only of an artifact.
  EXPECT_THAT(waybill({"bootstrap", "b", "--repo-url", "oci://registry.example.com/gpu/bundle"}), Exited(2));
  ASSERT_THAT(waybill({"push", "b", "oci-layout:l:v1"}), Exited(0));
  const ProcessResult oci =
      waybill({"bootstrap", "oci-layout:l:v1", "--repo-url", "oci://registry.example.com/gpu/bundle"});
  ASSERT_THAT(oci, Exited(0));
  EXPECT_THAT(oci.out, AllOf(HasSubstr("oci://registry.example.com/gpu/bundle"), HasSubstr("targetRevision: sha256:")));
  EXPECT_THAT(waybill({"bootstrap", "b"}), Exited(2));
  // A changed bundle gets no root.
  flip_byte(path("b/apps/files/cert-manager.yaml"));
  EXPECT_THAT(waybill({"bootstrap", "b", "--repo-url", "https://git.example.com/site.git"}), Exited(4));
}

TEST_F(Bundles, AnUnwritableFolderIsDenied) {
  WAYBILL_REQUIRE_PEER("setpriv");
  WAYBILL_REQUIRE_RIGHT("to become another user", execute(as_nobody({"true"})).exit_status == 0);
  fs::create_directories(path("locked"));
  fs::permissions(folder(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  const ProcessResult done = execute(as_nobody(joined({program(), "bundle", "-o", "locked/b"}, criteria())));
  EXPECT_THAT(done, Exited(4));
  EXPECT_TRUE(fs::is_empty(path("locked")));
}

}  // namespace
}  // namespace waybill::testing
