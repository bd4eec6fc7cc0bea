-- Grove: groups of pods that are placed together.
local status = obj.status or {}
local generation = obj.metadata ~= nil and obj.metadata.generation or nil
if status.observedGeneration ~= nil and generation ~= nil and status.observedGeneration ~= generation then
  return {status = "Progressing", message = "the operator has not seen the newest spec"}
end
local wanted = obj.spec ~= nil and obj.spec.replicas or 1
if status.availableReplicas ~= nil and status.availableReplicas >= wanted then
  return {status = "Healthy", message = "all replicas are available"}
end
return {status = "Progressing", message = "replicas are not available"}
