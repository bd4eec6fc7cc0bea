-- Dynamo: the workers of an inference graph.
local status = obj.status or {}
local generation = obj.metadata ~= nil and obj.metadata.generation or nil
if status.observedGeneration ~= nil and generation ~= nil and status.observedGeneration ~= generation then
  return {status = "Progressing", message = "the operator has not seen the newest spec"}
end
local message = nil
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Ready" then
    message = condition.message
  end
end
if status.state == "successful" then
  return {status = "Healthy", message = message or "all components are ready"}
elseif status.state == "failed" then
  return {status = "Degraded", message = message or "the operator reports a failure"}
end
return {status = "Progressing", message = message or "components are not ready"}
