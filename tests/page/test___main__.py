import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from tests.page import sample

from kalshi_desk.adapters.postgres.clock_epochs import store_epochs
from kalshi_desk.clock import wall_now
from kalshi_desk.domain.event_clock import ClockSegment
from kalshi_desk.domain.units import Cash
from kalshi_desk.embedded.free_ports import free_base

pytestmark = pytest.mark.embedded
