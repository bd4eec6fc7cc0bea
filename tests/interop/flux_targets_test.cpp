// Every target of the catalogue, judged strictly by Flux's definitions, by a second reading of its order, and by Flux's
// own libraries, which build it as the controllers would.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/file_system.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"
#include "flux/render.h"
#include "flux/root.h"
#include "generator/plan.h"
#include "tests/support/embedded_recipes.h"
#include "tests/support/process.h"
#include "tests/support/source_path.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::flux {
namespace {

using ::testing::HasSubstr;

const Place kGit{.repo_url = "ssh://git@git.example.com/fleet.git",
                 .path = "clusters/x/bundle",
                 .revision = "main",
                 .bundle_digest = "sha256:0123",
                 .secret = "login"};
const Place kRegistry{.repo_url = "oci://127.0.0.1:5000/gpu/bundle", .path = "", .revision = "sha256:0123"};

// A bundle with every shape that a component can have: the catalogue has no hooks, for one.
FileTree sample_bundle() {
  testing::Sample plan = testing::sample();
  FileTree& manifests = plan.release("gpu-operator").manifests;
  manifests.add(
      RelPath::parse("job.yaml"),
      "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: job\n  annotations:\n    helm.sh/hook: pre-install\n");
  manifests.add(RelPath::parse("widget.yaml"), "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: w\n");
  return render(plan.plan, plan.recipe);
}

class FluxTargets : public ::testing::Test {
 protected:
  static testing::ProcessResult judge(const std::vector<std::string>& files) {
    std::vector<std::string> command{"python3", testing::source_path("tests/support/crd_schema.py")};
    for (const char* kind : {"helm.toolkit.fluxcd.io_helmreleases", "kustomize.toolkit.fluxcd.io_kustomizations",
                             "source.toolkit.fluxcd.io_gitrepositories", "source.toolkit.fluxcd.io_helmrepositories",
                             "source.toolkit.fluxcd.io_ocirepositories"})
      command.push_back(testing::shared_data(fmt::format("data/crds/flux/{}.yaml", kind)));
    command.emplace_back("--");
    command.insert(command.end(), files.begin(), files.end());
    return testing::run(command);
  }

  // Flux's objects of a bundle, each once over all bundles but for the recipe's digest, as one text.
  std::string objects(const FileTree& bundle) {
    std::string text;
    for (const auto& [path, file] : bundle.files()) {
      const bool is_list = path.file_name() == "kustomization.yaml";
      const bool is_flux = path.text().starts_with("components/") || path.text().starts_with("flux/kustomizations/");
      if (!is_flux || is_list || path.file_name() == "values.yaml") continue;
      std::string without_digest = file.bytes;
      const std::size_t label = without_digest.find("waybill.dev/recipe: ");
      without_digest.erase(label, without_digest.find('\n', label) - label);
      if (!seen_.insert(without_digest).second) continue;
      text += "---\n" + file.bytes;
      ++count_;
    }
    for (const Place& place : {kGit, kRegistry}) {
      text += "---\n" + root_document(bundle, place);
      count_ += 2;
    }
    return text;
  }

  std::set<std::string> seen_;
  std::size_t count_ = 0;
};

TEST_F(FluxTargets, EveryObjectIsKnownToFlux) {
  WAYBILL_REQUIRE_PYTHON("jsonschema, yaml");
  WAYBILL_REQUIRE_SHARED("data/crds/flux");
  const TemporaryFolder folder;
  std::vector<std::string> files;
  const auto add = [&](const FileTree& bundle) {
    files.push_back((folder.path() / fmt::format("{}.yaml", files.size())).string());
    write_file(files.back(), objects(bundle), Overwrite::No);
  };
  add(sample_bundle());
  testing::for_each_recipe([&](const testing::QueryWords&, const Recipe& recipe) {
    add(render(make_plan(testing::embedded(), recipe), recipe));
  });
  const testing::ProcessResult result = judge(files);
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr(fmt::format("judged {} objects", count_)));
  EXPECT_GT(files.size(), 50U);
  // The judge itself: a misspelt field must not pass.
  std::string wrong = read_file(files.front());
  wrong.replace(wrong.find("retryInterval"), 13, "retryIntervall");
  write_file(files.front(), wrong, Overwrite::Yes);
  EXPECT_EQ(judge({files.front()}).exit_status, 1);
}

TEST_F(FluxTargets, TheOrderIsThePlans) {
  WAYBILL_REQUIRE_PYTHON("yaml");
  const TemporaryFolder folder;
  const auto write = [&](const Plan& plan, const FileTree& bundle, const std::string& name) {
    const std::string place = (folder.path() / name).string();
    write_folder(place, bundle, Overwrite::No);
    std::string waves;
    for (const Release& release : plan.releases) waves += fmt::format("{} {}\n", release.component.name, release.wave);
    write_file(place + ".waves", waves, Overwrite::No);
    return place;
  };
  std::vector<std::string> command{"python3", testing::source_path("tests/support/flux_order.py")};
  const std::vector<std::string> judge = command;
  // Recipes that differ in values alone have the same order: it is judged once.
  std::set<std::string> seen;
  testing::for_each_recipe([&](const testing::QueryWords&, const Recipe& recipe) {
    const Plan plan = make_plan(testing::embedded(), recipe);
    std::string order;
    for (const Release& release : plan.releases) {
      order += fmt::format("{}: {}\n", release.component.name, fmt::join(release.depends_on, " "));
      for (const auto& [path, file] : release.manifests.files()) order += path.text() + "\n";
    }
    if (seen.insert(order).second) command.push_back(write(plan, render(plan, recipe), std::to_string(seen.size())));
  });
  const testing::Sample plan = testing::sample();
  command.push_back(write(plan.plan, sample_bundle(), "sample"));
  const testing::ProcessResult result = testing::run(command);
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr(fmt::format("judged {} bundles", seen.size() + 1)));
  EXPECT_GT(seen.size(), 20U);
  // The judge itself: a dependency that is not waited for must not pass.
  FileTree wrong = sample_bundle();
  const RelPath path = RelPath::parse("flux/kustomizations/tuning.yaml");
  std::string text = wrong.at(path).bytes;
  text.replace(text.find("- name: gpu-operator-after"), 26, "- name: gpu-operator");
  wrong.set(path, text);
  command = judge;
  command.push_back(write(plan.plan, wrong, "wrong"));
  const testing::ProcessResult refused = testing::run(command);
  EXPECT_EQ(refused.exit_status, 1) << refused.err;
  EXPECT_THAT(refused.out, HasSubstr("tuning does not wait for {'gpu-operator-after'} of gpu-operator"));
}

// What the controllers would apply: the root's objects with the place filled in, then each folder that those name.
class Built : public ::testing::TestWithParam<bool> {
 protected:
  static std::vector<Value> build(const std::string& artifact, const Value& kustomization) {
    const TemporaryFolder folder;
    const std::string file = (folder.path() / "k.yaml").string();
    write_file(file, yaml::write(kustomization), Overwrite::No);
    const testing::ProcessResult result = testing::run({"fluxjudge", "build", artifact, file});
    EXPECT_EQ(result.exit_status, 0) << result.err << yaml::write(kustomization);
    std::vector<Value> objects;
    for (const yaml::Node& node : yaml::parse_all(result.out, "built")) objects.push_back(node.to_value());
    return objects;
  }
};

TEST_P(Built, EveryObjectArrivesAsItWasWritten) {
  WAYBILL_REQUIRE_PEER("fluxjudge");
  const bool from_git = GetParam();
  const Place place = from_git ? kGit : kRegistry;
  testing::Sample plan = testing::sample();
  // What substitution would change must not be substituted.
  plan.release("cert-manager").values.set("script", "echo ${HOME} $${x} ${waybill_path}");
  plan.release("site-overlay").component.path = "overlays/${waybill_path}";
  const FileTree bundle = render(plan.plan, plan.recipe);
  const TemporaryFolder folder;
  const std::string artifact = folder.path().string() + "/artifact";
  FileTree files;
  files.add_tree(place.path, bundle);
  write_folder(artifact, files, Overwrite::No);

  const std::vector<Value> root = build(artifact, [&] {
    Value found;
    for (const yaml::Node& node : yaml::parse_all(root_document(bundle, place), "root.yaml")) found = node.to_value();
    return found;
  }());
  std::size_t steps = 0;
  std::size_t namespaces = 0;
  for (const Value& object : root) {
    if (object.text_or("kind", "") == "Namespace") {
      ++namespaces;
      continue;
    }
    ++steps;
    const Value& spec = *object.find("spec");
    const std::string name = object.find("metadata")->text_or("name", "");
    if (name == "site-overlay") {
      EXPECT_EQ(spec.text_or("path", ""), "overlays/${waybill_path}");
      EXPECT_EQ(spec.find("sourceRef")->text_or("kind", ""), "GitRepository");
      continue;
    }
    EXPECT_EQ(spec.find("sourceRef")->text_or("kind", ""), from_git ? "GitRepository" : "OCIRepository") << name;
    for (const Value& applied : build(artifact, object)) {
      if (name == "cert-manager" && applied.text_or("kind", "") == "HelmRelease") {
        EXPECT_EQ(applied.find("spec")->find("values")->text_or("script", ""), "echo ${HOME} $${x} ${waybill_path}");
      }
      if (name == "kai-scheduler" && applied.text_or("kind", "") == "ConfigMap") {
        EXPECT_EQ(*applied.find("data"), Value::map({{"values.yaml", "taken-away: null\n"}}));
      }
    }
  }
  EXPECT_EQ(steps, 9U);
  EXPECT_EQ(namespaces, 6U);
}

INSTANTIATE_TEST_SUITE_P(FromGitAndFromARegistry, Built, ::testing::Bool(),
                         [](const auto& place) { return place.param ? "Git" : "Registry"; });

}  // namespace
}  // namespace waybill::flux
