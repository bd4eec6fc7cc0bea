-- DRA driver: a domain of nodes that share memory over NVLink.
local state = obj.status ~= nil and obj.status.status or nil
if state == "Ready" then
  return {status = "Healthy", message = "all nodes joined"}
end
return {status = "Progressing", message = "waiting for nodes"}
