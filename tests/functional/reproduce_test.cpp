// waybill verify --reproduce: the bundle once more from its own recipe, options and catalogue.
#include "tests/functional/support/workspace.h"
#include "tests/support/source_path.h"

namespace waybill::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Reproduce : public Workspace {
 protected:
  void SetUp() override { make_key(); }
  // Makes and signs the bundle "b".
  void bundle(const Words& options) const {
    const ProcessResult made = waybill(joined(joined({"bundle", "--output", "b", "--force"}, criteria()), options));
    ASSERT_THAT(made, Exited(0)) << made.err;
    sign();
  }
  void sign() const {
    const ProcessResult done = waybill({"sign", "b", "--key", "k.key", "--force"});
    ASSERT_THAT(done, Exited(0)) << done.err;
  }
  [[nodiscard]] ProcessResult verify(const Words& options = {}) const {
    return waybill(joined({"verify", "b", "--key", "k.pub", "--reproduce"}, options));
  }
  // Changes a file together with the lists, and signs again: what an attacker with the key would do.
  void forge(const std::string& file, const std::string& from, const std::string& to) const {
    const ProcessResult done =
        execute({"python3", "-c",
                 "import hashlib,json,sys\n"
                 "name, old, new = sys.argv[1:]\n"
                 "text = open('b/' + name).read()\n"
                 "assert old in text\n"
                 "text = text.replace(old, new, 1)\n"
                 "open('b/' + name, 'w').write(text)\n"
                 "digest = lambda path: hashlib.sha256(open('b/' + path, 'rb').read()).hexdigest()\n"
                 "bundle = json.load(open('b/bundle.json'))\n"
                 "for entry in bundle['files']:\n"
                 "    if entry['path'] == name:\n"
                 "        entry['digest'] = 'sha256:' + digest(name)\n"
                 "        entry['size'] = len(text.encode())\n"
                 "open('b/bundle.json', 'w').write(json.dumps(bundle))\n"
                 "lines = [line.rstrip('\\n').split('  ')[1] for line in open('b/checksums.txt')]\n"
                 "open('b/checksums.txt', 'w').write(''.join(digest(path) + '  ' + path + '\\n' for path in lines))\n",
                 file, from, to});
    ASSERT_EQ(done.exit_status, 0) << done.err;
    sign();
  }
};

TEST_F(Reproduce, EveryDeployersBundleIsMadeAgainWithItsOptions) {
  write_file(path("value"), "from a file\nwith two lines\n", Overwrite::Yes);
  const Words settings{"--set",
                       "gpu-operator:driver.version=570.1",
                       "--set-json",
                       "gpu-operator:driver.env=[{\"name\":\"A\",\"value\":\"b\"}]",
                       "--set-file",
                       "gpu-operator:toolkit.note=value",
                       "--nodes",
                       "8",
                       "--accelerated-node-selector",
                       "pool=gpu",
                       "--system-node-toleration",
                       "a=b:NoSchedule"};
  for (const Words& deployer :
       {Words{"--deployer", "argocd", "--cluster", "west=https://west.example.com", "--epoch", "7"},
        Words{"--deployer", "argocd", "--ordering", "rollingsync"}, Words{"--deployer", "flux"},
        Words{"--deployer", "helm"}}) {
    bundle(joined(deployer, settings));
    const ProcessResult done = verify();
    EXPECT_THAT(done, Exited(0)) << deployer[1];
    EXPECT_THAT(done.out, HasSubstr("ok     reproduction: ")) << done.out;
  }
}

TEST_F(Reproduce, ABundleInALayoutToo) {
  const ProcessResult made =
      waybill(joined({"publish", "--output", "oci-layout:out:v1", "--key", "k.key"}, criteria()));
  ASSERT_THAT(made, Exited(0)) << made.err;
  EXPECT_THAT(waybill({"verify", "oci-layout:out:v1", "--key", "k.pub", "--reproduce"}).out,
              HasSubstr("ok     reproduction: "));
}

TEST_F(Reproduce, WhatDiffersIsNamedAlthoughItIsSigned) {
  bundle({});
  forge("README.md", "#", "##");
  const ProcessResult done = verify();
  EXPECT_THAT(done, Exited(4));
  EXPECT_THAT(done.out, HasSubstr("FAILED reproduction: README.md: is sha256:"));
  EXPECT_THAT(done.out, Not(HasSubstr("FAILED signature")));
  EXPECT_THAT(waybill({"verify", "b", "--key", "k.pub"}), Exited(0)) << "without being asked nobody renders";
}

TEST_F(Reproduce, AnotherCatalogueRecipeOrVersionIsSaid) {
  bundle({});
  forge("recipe.yaml", "K8s.server.version", "K8s.server.vers");
  EXPECT_THAT(verify().out, HasSubstr("FAILED reproduction: recipe.yaml: is not the recipe whose digest"));
  bundle({});
  forge("bundle.json", R"("version": "0.1.0")", R"("version": "0.0.9")");
  EXPECT_THAT(verify().out, HasSubstr("the bundle was made by waybill 0.0.9 and this is "));
  bundle({});
  ASSERT_EQ(execute({"cp", "-r", source_path("recipes"), "recipes"}).exit_status, 0);
  EXPECT_THAT(verify({"--catalogue", "recipes"}), Exited(0)) << "the embedded catalogue as a folder";
  ASSERT_EQ(execute({"sh", "-c", "echo '# one more line' >> recipes/registry.yaml"}).exit_status, 0);
  const ProcessResult other = verify({"--catalogue", "recipes"});
  EXPECT_THAT(other, Exited(4));
  EXPECT_THAT(other.out, HasSubstr("FAILED reproduction: bundle.json: the bundle was made of the catalogue "));
}

TEST_F(Reproduce, OnlyABundleThatIsTrustedIsRendered) {
  bundle({});
  make_key("other");
  const ProcessResult done = waybill({"verify", "b", "--key", "other.pub", "--reproduce"});
  EXPECT_THAT(done, Exited(4));
  EXPECT_THAT(done.out, Not(HasSubstr("reproduction")));
  write_file(path("file"), "x", Overwrite::Yes);
  ASSERT_THAT(waybill({"sign", "file", "--key", "k.key"}), Exited(0));
  EXPECT_THAT(waybill({"verify", "file", "--key", "k.pub", "--reproduce"}).out,
              HasSubstr("it is no bundle, which alone can be rendered again"));
}

}  // namespace
}  // namespace waybill::testing
