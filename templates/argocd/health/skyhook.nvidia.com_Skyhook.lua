-- Skyhook: complete means that every chosen node has all packages in their last stage.
local generation = obj.metadata ~= nil and obj.metadata.generation or nil
local observed = obj.status ~= nil and obj.status.observedGeneration or nil
if generation ~= nil and generation > 1 and observed ~= nil and observed < generation then
  return {status = "Progressing", message = "the operator has not seen the newest spec"}
end
local state = obj.status ~= nil and obj.status.status or nil
if state == "complete" then
  return {status = "Healthy", message = "all nodes are done"}
elseif state == "erroring" then
  return {status = "Degraded", message = "a package fails on a node"}
elseif state == "paused" or state == "disabled" then
  return {status = "Suspended", message = state}
end
return {status = "Progressing", message = state or "waiting for the operator"}
