#!/usr/bin/env escript
%% What Erlang takes for the same: reads a line such as "ask 100000", prints one figure, and so on until its input ends.
-mode(compile).
-export([init/1, start_child/0]).

main(_) ->
    logger:set_primary_config(level, none),
    loop().

loop() ->
    case io:get_line("") of
        eof -> ok;
        Line ->
            [Job, Count] = string:lexemes(string:trim(Line), " "),
            io:format("~p~n", [float(measure(list_to_atom(Job), list_to_integer(Count)))]),
            loop()
    end.

%% Microseconds of a round trip between two processes.
measure(ask, Count) ->
    Server = spawn_link(fun answer/0),
    Ns = timed(fun() -> Count = ask_all(Server, Count, 0) end),
    Server ! stop,
    Ns / Count / 1000;

%% Messages in a second from one process to another.
measure(tell, Count) ->
    Server = spawn_link(fun() -> collect(0, 0) end),
    Ns = timed(fun() ->
        tell_all(Server, Count),
        Server ! {total, self()},
        receive {total, Count, _} -> ok end
    end),
    Server ! stop,
    Count * 1.0e9 / Ns;

%% Microseconds until a process has been made and has said that it is up.
measure(create, Count) ->
    Self = self(),
    Ns = timed(fun() ->
        Made = make_all(Self, Count),
        put(made, Made)
    end),
    [exit(Pid, kill) || Pid <- erase(made)],
    Ns / Count / 1000;

%% Bytes of a process that is alive.
measure(bytes, Count) ->
    erlang:garbage_collect(),
    Before = erlang:memory(processes),
    Made = make_all(self(), Count),
    erlang:garbage_collect(),
    Bytes = (erlang:memory(processes) - Before) / Count,
    [exit(Pid, kill) || Pid <- Made],
    Bytes;

%% Microseconds for each process that is made and answers once, while all are alive.
measure(crowd, Count) ->
    Self = self(),
    Ns = timed(fun() ->
        Made = make_all(Self, Count),
        [Pid ! {ask, Self, Pid, 41} || Pid <- Made],
        [receive {Pid, 42} -> ok end || Pid <- Made],
        put(made, Made)
    end),
    [exit(Pid, kill) || Pid <- erase(made)],
    Ns / Count / 1000;

%% Milliseconds from a crash to the next answer, under a supervisor.
measure(recovery, Count) ->
    {ok, Supervisor} = supervisor:start_link(?MODULE, Count),
    unlink(Supervisor),
    Times = [crash_once() || _ <- lists:seq(1, Count)],
    exit(Supervisor, kill),
    lists:nth((Count + 1) div 2, lists:sort(Times)).

timed(Work) ->
    Start = erlang:monotonic_time(nanosecond),
    Work(),
    erlang:monotonic_time(nanosecond) - Start.

answer() ->
    receive
        {ask, From, Ref, N} -> From ! {Ref, N + 1}, answer();
        stop -> ok
    end.

ask_all(_, Count, Count) -> Count;
ask_all(Server, Count, N) ->
    Ref = monitor(process, Server),
    Server ! {ask, self(), Ref, N},
    receive
        {Ref, Next} -> demonitor(Ref, [flush]), ask_all(Server, Count, Next);
        {'DOWN', Ref, _, _, Reason} -> error(Reason)
    end.

tell_all(_, 0) -> ok;
tell_all(Server, N) ->
    Server ! {add, #{id => N, name => <<"sensor-7">>, x => N / 2, y => -N / 4}},
    tell_all(Server, N - 1).

collect(Count, Sum) ->
    receive
        {add, #{id := Id, name := Name, x := X, y := Y}} ->
            collect(Count + 1, Sum + Id + byte_size(Name) + X + Y);
        {total, From} -> From ! {total, Count, Sum}, collect(0, 0);
        stop -> ok
    end.

make_all(Parent, Count) ->
    Made = [spawn(fun() -> Parent ! up, answer() end) || _ <- lists:seq(1, Count)],
    [receive up -> ok end || _ <- Made],
    Made.

crash_once() ->
    Old = whereis(fragile),
    Ns = timed(fun() -> Old ! fall, wait_for_other(Old) end),
    Ns / 1.0e6.

wait_for_other(Old) ->
    case whereis(fragile) of
        Pid when is_pid(Pid), Pid =/= Old ->
            Ref = monitor(process, Pid),
            Pid ! {ask, self(), Ref, 1},
            receive {Ref, 2} -> demonitor(Ref, [flush]) end;
        _ -> erlang:yield(), wait_for_other(Old)
    end.

init(Restarts) ->
    Child = #{id => fragile, start => {?MODULE, start_child, []}},
    {ok, {#{strategy => one_for_one, intensity => Restarts + 1, period => 5}, [Child]}}.

start_child() ->
    Parent = self(),
    Pid = spawn_link(fun() -> register(fragile, self()), Parent ! ready, fragile() end),
    receive ready -> {ok, Pid} end.

fragile() ->
    receive
        {ask, From, Ref, N} -> From ! {Ref, N + 1}, fragile();
        fall -> error(fell_on_purpose)
    end.
