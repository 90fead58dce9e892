"""The composition root: settings to adapters. The only place that knows both.

``addresses`` turns settings into names and addresses, ``streams`` builds what every stream app needs, ``venue`` the
clients of the venue. Mode decides here and nowhere else.
"""
