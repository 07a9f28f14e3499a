"""Real servers and programs for the tests under tests/it: started by the test, gone with it.

    from servers.case import ServerTest     a unittest case with a world of its own
    from servers.broker import Broker       a Kafka broker
    from servers.redis_server import RedisServer
    from servers.proxy import Proxy         a TCP proxy: delay, reset, black hole
    from servers.pipeline import Pipeline   all of them with workers and aggregators
    from servers.messages import event_pb2, verdict_pb2, tally_pb2, reference_pb2

Run by ctest, or by hand: PYTHONPATH=tests THIDUA_BUILD=<build dir> /usr/bin/python3 tests/it/x.py
"""
