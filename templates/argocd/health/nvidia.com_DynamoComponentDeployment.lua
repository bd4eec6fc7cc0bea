-- Dynamo: one component of an inference graph.
local status = obj.status or {}
local generation = obj.metadata ~= nil and obj.metadata.generation or nil
if status.observedGeneration ~= nil and generation ~= nil and status.observedGeneration ~= generation then
  return {status = "Progressing", message = "the operator has not seen the newest spec"}
end
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Available" and condition.status == "True" then
    return {status = "Healthy", message = condition.message or "available"}
  end
end
return {status = "Progressing", message = "not available yet"}
