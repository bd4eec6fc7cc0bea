#include "argocd/simulation/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "argocd/render.h"
#include "core/error.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::argocd {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Sample;
using testing::sample;

FileTree bundle_of(const Sample& sample, const RenderOptions& options = {}) {
  return seal(render(sample.plan, sample.recipe, options), sample_info(sample)).tree;
}

void replace(FileTree& tree, const std::string& path, const std::string& from, const std::string& to) {
  std::string text = tree.at(RelPath::parse(path)).bytes;
  const std::size_t place = text.find(from);
  ASSERT_NE(place, std::string::npos) << from << " in " << path;
  tree.set(RelPath::parse(path), text.replace(place, from.size(), to));
}

Rollout install_of(const FileTree& bundle) { return make_rollouts(bundle).front(); }
Rollout upgrade_of(const FileTree& bundle, const FileTree& from) { return make_rollouts(bundle, &from).front(); }

Outcome run(const Rollout& rollout, HealthCheck check = HealthCheck::Bundle, Comparison comparison = Comparison::Slow) {
  return simulate_rollout(rollout, Scenario::Install, {check, comparison, false});
}

std::string problem(const Outcome& outcome) { return outcome.violation ? describe(*outcome.violation) : "holds"; }
std::string last_step(const Outcome& outcome) { return outcome.violation ? outcome.violation->trace.back() : "holds"; }

TEST(Simulation, ABundleKeepsItsOrderOnInstallUpgradeAndRemoval) {
  const Rollout install = install_of(bundle_of(sample()));
  EXPECT_EQ(install.members.size(), 8U);
  for (const Comparison comparison : {Comparison::Slow, Comparison::Timely}) {
    EXPECT_EQ(problem(run(install, HealthCheck::Bundle, comparison)), "holds");
    EXPECT_EQ(problem(run(every_change(install), HealthCheck::Bundle, comparison)), "holds");
  }
  EXPECT_EQ(problem(simulate_removal(install)), "holds");
}

TEST(Simulation, NeedsAreThoseOfTheRecipeAndOfEarlierPartsOfTheSameComponent) {
  const Rollout install = install_of(bundle_of(sample()));
  const auto needs = [&](const std::string& name) {
    std::vector<std::string> names;
    for (const Member& member : install.members) {
      if (member.name != name) continue;
      for (const std::size_t other : member.needs) names.push_back(install.members[other].name);
    }
    return names;
  };
  EXPECT_THAT(needs("cert-manager"), ::testing::IsEmpty());
  EXPECT_THAT(needs("gpu-operator-manifests"), ::testing::ElementsAre("cert-manager"));
  EXPECT_THAT(needs("gpu-operator"), ::testing::ElementsAre("cert-manager", "gpu-operator-manifests"));
  EXPECT_THAT(needs("trainer-manifests"), ::testing::ElementsAre("cert-manager", "trainer"));
  EXPECT_THAT(needs("tuning-manifests"), ::testing::ElementsAre("gpu-operator", "gpu-operator-manifests"));
}

// The faults that a rollout can have, each of which has to be found.

TEST(SimulationFinds, WavesThatDoNotWaitWithoutAHealthCheck) {
  const Rollout install = install_of(bundle_of(sample()));
  for (const Rollout& rollout : {install, every_change(install)}) {
    for (const Comparison comparison : {Comparison::Slow, Comparison::Timely}) {
      const Outcome outcome = run(rollout, HealthCheck::None, comparison);
      EXPECT_THAT(last_step(outcome), HasSubstr("its own sync begins although cert-manager is not healthy"));
      EXPECT_EQ(outcome.violation->trace.size(), 5U);
    }
  }
}

TEST(SimulationFinds, AComponentThatCannotBeRenderedWithTheDocumentedCheck) {
  const Rollout install = install_of(bundle_of(sample()));
  for (const Rollout& rollout : {install, every_change(install)}) {
    const Outcome outcome = run(rollout, HealthCheck::Documented, Comparison::Timely);
    EXPECT_EQ(outcome.violation->kind, Violation::Kind::StartsEarly);
    EXPECT_THAT(outcome.violation->trace, Contains(HasSubstr("it cannot be rendered")));
  }
}

TEST(SimulationFinds, AnUpgradeThatOvertakesTheComparisonWithTheDocumentedCheck) {
  const Rollout install = install_of(bundle_of(sample()));
  const Outcome outcome = run(every_change(install), HealthCheck::Documented, Comparison::Slow);
  EXPECT_EQ(outcome.violation->kind, Violation::Kind::StartsEarly);
  // Nothing goes wrong in it: the old verdict is taken for the new one.
  EXPECT_THAT(outcome.violation->trace, Not(Contains(HasSubstr("rendered"))));
  EXPECT_THAT(outcome.violation->trace, Not(Contains(HasSubstr("fails"))));
}

TEST(SimulationFinds, AComponentThatFollowsABranch) {
  Sample changed = sample();
  changed.release("site-overlay").component.tag = "main";
  for (ComponentRef& component : changed.recipe.components) {
    if (component.name == "site-overlay") component.tag = "main";
  }
  const FileTree from = bundle_of(changed);
  changed.release("gpu-operator").component.version = "v26.7.0";
  const Rollout upgrade = upgrade_of(bundle_of(changed), from);
  const Outcome outcome = run(upgrade);
  EXPECT_EQ(problem(outcome), "site-overlay can start before gpu-operator is healthy");
  EXPECT_THAT(outcome.violation->trace, Contains(HasSubstr("what its source follows moves")));
}

TEST(SimulationFinds, ADependentInTheWaveOfWhatItNeeds) {
  FileTree bundle = bundle_of(sample());
  replace(bundle, "apps/files/kai-scheduler.yaml", "sync-wave: \"10\"", "sync-wave: \"0\"");
  EXPECT_EQ(problem(run(install_of(bundle))), "kai-scheduler can start before cert-manager is healthy");
  EXPECT_EQ(problem(simulate_removal(install_of(bundle))),
            "cert-manager can be removed while kai-scheduler still needs it");
}

TEST(SimulationFinds, ACycleThroughDefinitions) {
  Sample changed = sample();
  changed.release("cert-manager")
      .manifests.add(RelPath::parse("issuer.yaml"), "apiVersion: tuning.dev/v1\nkind: Tuned\nmetadata:\n  name: a\n");
  changed.release("tuning").manifests.add(RelPath::parse("definition.yaml"),
                                          "apiVersion: apiextensions.k8s.io/v1\nkind: "
                                          "CustomResourceDefinition\nmetadata:\n  name: tuneds.tuning.dev\nspec:\n"
                                          "  group: tuning.dev\n  scope: Cluster\n  names:\n    kind: Tuned\n");
  const Outcome outcome = run(install_of(bundle_of(changed)));
  ASSERT_TRUE(outcome.violation.has_value());
  EXPECT_EQ(outcome.violation->kind, Violation::Kind::NeverFinishes);
  EXPECT_EQ(outcome.violation->application, "cert-manager-manifests");
  EXPECT_EQ(outcome.violation->other, "tuning-manifests");
}

TEST(SimulationFinds, AComponentThatNobodySyncs) {
  FileTree bundle = bundle_of(sample());
  replace(bundle, "apps/files/gpu-operator.yaml", "enabled: true\n      prune", "enabled: false\n      prune");
  EXPECT_EQ(problem(run(install_of(bundle))), "the rollout can never finish: gpu-operator is not synced automatically");
}

TEST(SimulationFinds, AComponentThatGivesUp) {
  FileTree bundle = bundle_of(sample());
  replace(bundle, "apps/files/gpu-operator.yaml", "limit: -1", "limit: 5");
  EXPECT_EQ(problem(run(install_of(bundle))),
            "the rollout can never finish: gpu-operator gives up after a number of tries");
}

TEST(SimulationFinds, ARemovalBeforeTheDependentHasLeft) {
  // gpu-operator does not need cert-manager any more, which goes; Argo CD prunes it in wave 0 while the old
  // gpu-operator still runs.
  const Sample before = sample();
  Sample after = sample();
  const auto drop = [](std::vector<std::string>& names) { std::erase(names, "cert-manager"); };
  std::erase_if(after.plan.releases, [](const Release& release) { return release.component.name == "cert-manager"; });
  std::erase_if(after.recipe.components,
                [](const ComponentRef& component) { return component.name == "cert-manager"; });
  drop(after.recipe.deployment_order);
  for (Release& release : after.plan.releases) drop(release.depends_on), drop(release.component.dependency_refs);
  for (ComponentRef& component : after.recipe.components) drop(component.dependency_refs);
  after.release("gpu-operator").component.version = "v26.7.0";
  const Outcome outcome = run(upgrade_of(bundle_of(after), bundle_of(before)));
  ASSERT_TRUE(outcome.violation.has_value());
  EXPECT_EQ(outcome.violation->kind, Violation::Kind::RemovedEarly);
  EXPECT_EQ(outcome.violation->application, "cert-manager");
}

TEST(SimulationFinds, WhatStaysBehindWithoutAFinalizer) {
  FileTree bundle = bundle_of(sample());
  replace(bundle, "apps/files/tuning-manifests.yaml", "  finalizers:\n    - resources-finalizer.argocd.argoproj.io\n",
          "");
  EXPECT_THAT(last_step(simulate_removal(install_of(bundle))),
              HasSubstr("although tuning-manifests left everything that it made behind"));
}

TEST(SimulationFinds, ThatStepsOfAnApplicationSetTakeAnUnrenderedComponentForHealthy) {
  RenderOptions options;
  options.ordering = Ordering::RollingSync;
  const Rollout install = install_of(bundle_of(sample(), options));
  EXPECT_EQ(install.ordering, Ordering::RollingSync);
  const Outcome outcome = run(install, HealthCheck::Bundle, Comparison::Timely);
  EXPECT_THAT(outcome.violation->trace, Contains(HasSubstr("it cannot be rendered")));
  EXPECT_EQ(problem(simulate_removal(install)), "holds");
  options.version = Version(3, 1);  // has no order of deletion
  EXPECT_THAT(problem(simulate_removal(install_of(bundle_of(sample(), options)))), HasSubstr("can be removed while"));
}

// Seen on Argo CD 3.6.1: Synced and Healthy, and its operation not yet over.
TEST(Simulation, AStepOfAnApplicationSetNeedNotWaitForTheEndOfASync) {
  Rollout rollout;
  rollout.ordering = Ordering::RollingSync;
  rollout.members.resize(2);
  rollout.members[1].wave = 10;
  rollout.members[1].needs = {0};
  const Model model(rollout, {0, 1}, HealthCheck::Bundle, Comparison::Timely);
  State state = model.initial();
  const auto take = [&](Event::Kind kind, std::size_t member) {
    for (const Step& step : model.steps(state)) {
      if (step.event.kind != kind || step.event.member != member) continue;
      state = step.after;
      return step.breaches.size();
    }
    return std::size_t{99};
  };
  EXPECT_EQ(take(Event::Kind::Apply, 0), 0U);
  EXPECT_EQ(take(Event::Kind::Compare, 1), 0U);
  EXPECT_EQ(take(Event::Kind::Compare, 0), 0U);
  EXPECT_EQ(take(Event::Kind::Start, 0), 0U);
  EXPECT_EQ(take(Event::Kind::Start, 1), 1U);  // breaks the promise, and can happen
}

TEST(Simulation, EachClusterIsARolloutOfItsOwn) {
  RenderOptions options;
  options.clusters = {{"east", ""}, {"west", ""}};
  const std::vector<Rollout> rollouts = make_rollouts(bundle_of(sample(), options));
  ASSERT_EQ(rollouts.size(), 2U);
  EXPECT_EQ(rollouts[1].cluster, "west");
  EXPECT_EQ(rollouts[1].members.front().name, "west-cert-manager");
  EXPECT_EQ(problem(run(rollouts[1])), "holds");
}

TEST(Simulation, AnEqualBundleChangesOnlyWhatReadsIt) {
  const FileTree bundle = bundle_of(sample());
  for (const Member& member : upgrade_of(bundle, bundle).members) {
    const bool reads = member.name.ends_with("-manifests");
    EXPECT_EQ(member.fate, reads ? Fate::Changed : Fate::Kept) << member.name;
  }
}

TEST(Simulation, RefusesTreesThatAreNoBundles) {
  FileTree bundle = bundle_of(sample());
  replace(bundle, "apps/files/tuning-manifests.yaml", "sync-wave: \"20\"", "sync-wave: twenty");
  EXPECT_THROW(static_cast<void>(make_rollouts(bundle)), Error);
  EXPECT_THROW(static_cast<void>(make_rollouts({})), Error);
}

TEST(Simulation, AFolderOfManifestsThatNoApplicationReadsDefinesNothing) {
  FileTree bundle = bundle_of(sample());
  bundle.add(RelPath::parse("manifests/nobody/definition.yaml"),
             "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: "
             "skyhooks.skyhook.nvidia.com\nspec:\n  group: skyhook.nvidia.com\n  scope: Cluster\n  names:\n"
             "    kind: Skyhook\n");
  EXPECT_EQ(problem(run(install_of(bundle))), "holds");
}

TEST(Simulation, AnApplicationMayHaveBelongedToAnotherComponent) {
  const FileTree before = bundle_of(sample());
  Sample changed = sample();
  changed.release("tuning").component.name = "node-tuning";
  changed.entry("tuning").name = "node-tuning";
  for (ComponentRef& component : changed.recipe.components) {
    if (component.name == "tuning") component.name = "node-tuning";
  }
  std::replace(changed.recipe.deployment_order.begin(), changed.recipe.deployment_order.end(), std::string("tuning"),
               std::string("node-tuning"));
  FileTree after = bundle_of(changed);
  replace(after, "apps/files/node-tuning-manifests.yaml", "name: node-tuning-manifests", "name: tuning-manifests");
  const Rollout upgrade = upgrade_of(after, before);
  EXPECT_EQ(upgrade.members.back().component, "node-tuning");
  EXPECT_EQ(upgrade.members.back().needed, upgrade.members.back().needs);
  EXPECT_EQ(problem(run(upgrade)), "holds");
}

// A chain of more waves than fit into a byte.
TEST(Simulation, ALongChainFinishes) {
  Rollout rollout;
  for (std::size_t i = 0; i < 300; ++i) {
    Member member;
    member.name = std::to_string(i);
    member.wave = static_cast<std::int64_t>(i);
    if (i > 0) member.needs.push_back(i - 1);
    rollout.members.push_back(std::move(member));
  }
  EXPECT_EQ(problem(run(rollout)), "holds");
}

TEST(MovingRevision, IsABranchARangeOrNothing) {
  for (const char* moving :
       {"", "main", "HEAD", "refs/heads/main", "1.x", "v2.*", ">=1.0.0", "~1.2", "^1", "25", "release-1.4", "deadbeef"})
    EXPECT_TRUE(is_moving(moving)) << moving;
  for (const char* fixed : {"v1.17.2", "82.8.0", "1.2", "25.10.1-rc.1", "sha256:0123",
                            "0123456789abcdef0123456789abcdef01234567", "refs/tags/v1.0.0"})
    EXPECT_FALSE(is_moving(fixed)) << fixed;
}

// The reduction to pairs: for small rollouts of every shape the answer is that of all interleavings at once.
TEST(Simulation, PairsAnswerLikeAllInterleavings) {
  std::mt19937 random(20261125);
  const auto below = [&](unsigned limit) { return std::size_t{random() % limit}; };
  std::size_t good = 0;
  std::size_t bad = 0;
  for (int round = 0; round < 300; ++round) {
    Rollout rollout;
    rollout.ordering = below(4) == 0 ? Ordering::RollingSync : Ordering::Waves;
    const bool in_order = below(2) == 0;
    for (std::size_t i = 0; i < 3; ++i) {
      Member member;
      member.name = std::string(1, static_cast<char>('a' + i));
      member.component = member.name;
      member.fate = static_cast<Fate>(below(4));
      member.wave = static_cast<std::int64_t>(in_order ? i * 10 : below(3) * 10);
      member.follows_branch = below(8) == 0;
      member.has_finalizer = below(8) != 0;
      for (std::size_t other = 0; other < i; ++other) {
        if (below(2) == 0) member.needs.push_back(other);
      }
      if (member.fate != Fate::Created) {
        for (const std::size_t other : member.needs) {
          if (rollout.members[other].fate != Fate::Created) member.needed.push_back(other);
        }
      }
      if (member.fate == Fate::Removed) member.needs.clear();
      std::erase_if(member.needs, [&](std::size_t other) { return rollout.members[other].fate == Fate::Removed; });
      rollout.members.push_back(std::move(member));
    }
    if (below(8) == 0 && rollout.members[0].fate != Fate::Removed && rollout.members[2].fate != Fate::Removed)
      rollout.members[0].definitions.push_back(2);
    for (const HealthCheck check : {HealthCheck::None, HealthCheck::Documented, HealthCheck::Bundle}) {
      for (const Comparison comparison : {Comparison::Slow, Comparison::Timely}) {
        const Outcome pairs = simulate_rollout(rollout, Scenario::Upgrade, {check, comparison, false});
        const Outcome whole = simulate_rollout(rollout, Scenario::Upgrade, {check, comparison, true});
        EXPECT_EQ(pairs.violation.has_value(), whole.violation.has_value())
            << "round " << round << ": pairs " << problem(pairs) << ", whole " << problem(whole);
        ++(whole.violation ? bad : good);
      }
    }
  }
  EXPECT_GT(good, 100U);
  EXPECT_GT(bad, 100U);
}

}  // namespace
}  // namespace waybill::argocd
