"""What is done to a store inside Redis, as one step each, in Lua."""

from __future__ import annotations

from hashlib import sha1

__all__ = ["APPEND", "EXPIRE", "EXPORT", "PAGE", "REPLACE", "TAIL", "UPDATE", "Script"]


class Script:
    """A Lua script and the digest that Redis knows it by."""

    __slots__ = ("sha", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = sha1(text.encode(), usedforsecurity=False).hexdigest()


# Values stand behind a stamp of ten characters, the number of values kept before them; the same stamp
# before the id makes the member of the sorted set, so that what is of one order stays as it came.

UPDATE = Script("""
local found = redis.call('HGET', KEYS[1], ARGV[1])
if (found or '') ~= ARGV[2] then
  return {0, found}
end
for i = 3, #ARGV, 4 do
  local values, order = KEYS[ARGV[i] + 0], KEYS[ARGV[i] + 1]
  local old = redis.call('HGET', values, ARGV[i + 1])
  local stamp
  if old then
    stamp = string.sub(old, 1, 10)
  end
  if ARGV[i + 3] ~= '' then
    if not old then
      stamp = string.format('%010x', redis.call('HINCRBY', KEYS[2], 'kept', 1))
      redis.call('ZADD', order, ARGV[i + 2], stamp .. ARGV[i + 1])
    end
    redis.call('HSET', values, ARGV[i + 1], stamp .. ARGV[i + 3])
  elseif old then
    redis.call('HDEL', values, ARGV[i + 1])
    redis.call('ZREM', order, stamp .. ARGV[i + 1])
  end
end
return {1, false}
""")
"""KEYS: where the value is, the counters, then values and order of each kind. ARGV: the value's id, what
it was, then for each put the position of its kind in KEYS, id, order, value; an empty one forgets."""

PAGE = Script("""
local members = redis.call('ZRANGE', KEYS[2], ARGV[1], ARGV[2], 'REV')
local found, sizes = {}, {}
for start = 1, #members, 1000 do
  local ids = {}
  for i = start, math.min(start + 999, #members) do
    ids[#ids + 1] = string.sub(members[i], 11)
  end
  for _, value in ipairs(redis.call('HMGET', KEYS[1], unpack(ids))) do
    found[#found + 1] = value
    sizes[#sizes + 1] = #value
  end
end
return {table.concat(sizes, ' '), table.concat(found)}
""")
"""KEYS: values and order of a kind. ARGV: the first and the last rank, from the end. Returned are the sizes
of the values and all of them in one text: a client takes longer to read each than to part them."""

APPEND = Script("""
local most = ARGV[2] + 0
for i = 4, #ARGV do
  redis.call('RPUSH', KEYS[1], ARGV[i])
end
if most > 0 then
  redis.call('LTRIM', KEYS[1], -most, -1)
else
  redis.call('DEL', KEYS[1])
end
return redis.call('HINCRBY', KEYS[2], ARGV[1], ARGV[3])
""")
"""KEYS: a log, the lengths of all logs. ARGV: its name, how many it keeps, how many come, the last ones."""

TAIL = Script("""
local last = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
local gone = last - redis.call('LLEN', KEYS[1])
local after = math.min(math.max(ARGV[2] + 0, gone), last)
return {after + 1, redis.call('LRANGE', KEYS[1], after - gone, -1), last}
""")
"""KEYS: a log, the lengths of all logs. ARGV: its name, the number of the last entry known."""

EXPORT = Script("""
local found = {redis.call('HGET', KEYS[1], 'number')}
for i = 2, #KEYS, 2 do
  found[i] = redis.call('HGETALL', KEYS[i])
  found[i + 1] = redis.call('ZRANGE', KEYS[i + 1], 0, -1, 'WITHSCORES')
end
return found
""")
"""KEYS: the counters, then values and order of each kind."""

REPLACE = Script("""
local gone = ARGV[1] + 1
redis.call('UNLINK', unpack(KEYS, 1, gone))
for i = gone + 1, #KEYS, 2 do
  redis.call('RENAME', KEYS[i], KEYS[i + 1])
  redis.call('PERSIST', KEYS[i + 1])
end
redis.call('HSET', KEYS[1], 'kept', ARGV[2])
if ARGV[3] ~= '0' then
  redis.call('HSET', KEYS[1], 'number', ARGV[3])
end
""")
"""KEYS: the counters, what else goes, then each key that comes and the name it takes. ARGV: how many go
besides the counters, how many values come, the last number given out."""

EXPIRE = Script("""
for _, key in ipairs(KEYS) do
  redis.call('EXPIRE', key, ARGV[1])
end
""")
"""KEYS: what is forgotten by itself. ARGV: after how many seconds."""
