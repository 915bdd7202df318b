-- SPDX-License-Identifier: Apache-2.0
--
-- Requests for wrk from a file, one a line: method, path and body between tabs. All are
-- formatted before the measuring begins.
--
--   wrk ... -s load.lua URL -- FILE [KEY]

local requests = {}
local at = 0

function init(args)
    local headers = {}
    headers["Content-Type"] = "application/json"
    if args[2] then
        headers["Authorization"] = "Bearer " .. args[2]
    end
    for line in io.lines(args[1]) do
        local method, path, body = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
        if body == "" then
            body = nil
        end
        requests[#requests + 1] = wrk.format(method, path, headers, body)
    end
end

function request()
    at = at % #requests + 1
    return requests[at]
end
