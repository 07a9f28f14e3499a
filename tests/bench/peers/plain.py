#!/usr/bin/python3
"""A plain consumer, as many would write it: parse, HINCRBY, commit now and then.

    plain.py BROKERS REDIS_PORT EVENTS REPORTER...

No verdict log, no corrections, no exactly once: what a kill leaves is counted again. Prints "EVENTS
SECONDS" from the first tenth on. Needs PYTHONPATH for tests/ (servers.messages).
"""
import datetime
import sys
import time

import redis
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition
from servers.messages import event_pb2

LOCAL = datetime.timezone(datetime.timedelta(hours=7))
NUMBERS = {
    'arrest': ('subjects', 'accused', 'detained'),
    'accident': ('deaths', 'injured', 'missing', 'damage_vnd'),
    'identity': ('files_received', 'cards_printed', 'cards_delivered', 'records_collected',
                 'records_verified', 'records_entered'),
    'deployment': ('officers',),
    'society': ('donation_vnd', 'gift_packages', 'work_day_tenths', 'houses'),
}


def increments(event):
    """(field, amount) for the day's hash of the reporter."""
    body = event.WhichOneof('body')
    yield f'{body}.count', 1
    for name in NUMBERS.get(body, ()):
        amount = getattr(getattr(event, body), name)
        if amount:
            yield f'{body}.{name}', amount


def main():
    brokers, port, events, reporters = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    server = redis.Redis(port=port)
    consumer = Consumer({'bootstrap.servers': brokers, 'group.id': 'plain',
                         'enable.auto.commit': 'false', 'queued.min.messages': '1000000'})
    consumer.assign([TopicPartition(f'thidua.raw.{name}', 0, OFFSET_BEGINNING)
                     for name in reporters])
    done, began = 0, None
    while done < events:
        messages = consumer.consume(5000, timeout=1)
        pipe = server.pipeline(transaction=False)
        for message in messages:
            if message.error():
                raise KafkaException(message.error())
            event = event_pb2.Event.FromString(message.value())
            moment = datetime.datetime.fromtimestamp(event.occurred_at.seconds, LOCAL)
            for field, amount in increments(event):
                pipe.hincrby(f'plain:{event.reporter}:{moment:%Y%m%d}', field, amount)
        pipe.execute()
        if messages:
            consumer.commit(asynchronous=True)
        done += len(messages)
        if began is None and done >= events // 10:
            began = (time.monotonic(), done)
    print(done - began[1], round(time.monotonic() - began[0], 3))
    consumer.close()


if __name__ == '__main__':
    main()
