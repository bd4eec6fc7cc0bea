// What Flux makes of files, by its own libraries at the versions that kustomize-controller 1.9.4 has:
//
//	fluxjudge build ROOT KUSTOMIZATION.yaml   the objects that this Kustomization would apply, ROOT being the unpacked artifact
//	fluxjudge health CHECKS.yaml OBJECTS.yaml one line an object, by a list as in healthCheckExprs: Current, InProgress, Failed,
//	                                          or Unknown when an expression cannot be evaluated
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/fluxcd/pkg/apis/kustomize"
	generator "github.com/fluxcd/pkg/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// As reconcile() of kustomize-controller: generate, build, substitute.
func build(root, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	kustomization := unstructured.Unstructured{}
	if err := yaml.Unmarshal(text, &kustomization.Object); err != nil {
		return err
	}
	path, _, err := unstructured.NestedString(kustomization.Object, "spec", "path")
	if err != nil {
		return err
	}
	folder := filepath.Join(root, path)
	if _, err := os.Stat(folder); err != nil {
		return err
	}
	if _, err := generator.NewGenerator(root, kustomization).WriteFile(folder); err != nil {
		return err
	}
	built, err := generator.SecureBuild(root, folder, false)
	if err != nil {
		return err
	}
	for _, resource := range built.Resources() {
		if resource.GetName() == "" || resource.GetKind() == "" || resource.GetApiVersion() == "" {
			return fmt.Errorf("no apiVersion, kind and name: %v", resource)
		}
		if _, found, _ := unstructured.NestedMap(kustomization.Object, "spec", "postBuild"); !found {
			continue
		}
		changed, err := generator.SubstituteVariables(context.Background(), nil, kustomization, resource,
			generator.SubstituteWithDryRun(true), generator.SubstituteWithStrict(true))
		if err != nil {
			return err
		}
		if changed != nil {
			if _, err := built.Replace(resource); err != nil {
				return err
			}
		}
	}
	result, err := built.AsYaml()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(result)
	return err
}

func health(checks, objects string) error {
	text, err := os.ReadFile(checks)
	if err != nil {
		return err
	}
	var list []kustomize.CustomHealthCheck
	if err := yaml.UnmarshalStrict(text, &list); err != nil {
		return err
	}
	evaluators := map[schema.GroupKind]*cel.StatusEvaluator{}
	for i := range list {
		evaluator, err := cel.NewStatusEvaluator(&list[i].HealthCheckExpressions)
		if err != nil {
			return err
		}
		evaluators[schema.FromAPIVersionAndKind(list[i].APIVersion, list[i].Kind).GroupKind()] = evaluator
	}
	data, err := os.ReadFile(objects)
	if err != nil {
		return err
	}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		object := unstructured.Unstructured{}
		if err := yaml.Unmarshal(document, &object.Object); err != nil {
			return err
		}
		if object.Object == nil {
			continue
		}
		evaluator, found := evaluators[object.GroupVersionKind().GroupKind()]
		if !found {
			return fmt.Errorf("no check for %s", object.GroupVersionKind().GroupKind())
		}
		// A generation is a 64-bit integer there, not JSON's floating point.
		for _, path := range [][]string{{"metadata", "generation"}, {"status", "observedGeneration"}} {
			if number, found, err := unstructured.NestedFieldNoCopy(object.Object, path...); err == nil && found {
				if value, is := number.(float64); is {
					if err := unstructured.SetNestedField(object.Object, int64(value), path...); err != nil {
						return err
					}
				}
			}
		}
		status := "Unknown"
		if result, err := evaluator.Evaluate(context.Background(), &object); err == nil {
			status = string(result.Status)
		} else {
			fmt.Fprintln(os.Stderr, err)
		}
		fmt.Println(status)
	}
}

func main() {
	var err error
	switch {
	case len(os.Args) == 4 && os.Args[1] == "build":
		err = build(os.Args[2], os.Args[3])
	case len(os.Args) == 4 && os.Args[1] == "health":
		err = health(os.Args[2], os.Args[3])
	default:
		err = errors.New("usage: fluxjudge build ROOT KUSTOMIZATION.yaml | fluxjudge health CHECKS.yaml OBJECTS.yaml")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fluxjudge:", err)
		os.Exit(1)
	}
}
