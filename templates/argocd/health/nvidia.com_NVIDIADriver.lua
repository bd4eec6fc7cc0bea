-- GPU Operator: the driver of a set of nodes.
local state = obj.status ~= nil and obj.status.state or nil
if state == "ready" then
  return {status = "Healthy", message = "the driver is ready"}
elseif state == "ignored" then
  return {status = "Degraded", message = "ignored: another NVIDIADriver has these nodes"}
elseif state == "disabled" then
  return {status = "Suspended", message = "disabled"}
end
return {status = "Progressing", message = "the driver is not ready"}
