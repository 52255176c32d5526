"""A WHIP client on aiortc: publishes a sound file for some seconds, encoding it anew."""

import asyncio
from pathlib import Path

import httpx
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer


async def publish(whip: str, token: str, file: Path, seconds: float) -> None:
    peer = RTCPeerConnection()
    player = MediaPlayer(str(file))
    peer.addTransceiver(player.audio, direction="sendonly")
    await peer.setLocalDescription(await peer.createOffer())
    bearer = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=bearer) as http:
        told = {"Content-Type": "application/sdp"}
        made = await http.post(whip, content=peer.localDescription.sdp, headers=told)
        assert made.status_code == 201, made.text
        await peer.setRemoteDescription(RTCSessionDescription(made.text, "answer"))
        await asyncio.sleep(seconds)
        ended = await http.delete(str(made.url.join(made.headers["location"])))
        assert ended.status_code == 200, ended.text
    await peer.close()
